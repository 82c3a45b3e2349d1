/**
 * An unpickler that builds data and nothing else. Pickle is a small stack machine whose `GLOBAL` and `REDUCE` can call
 * any Python function; here a global is an entry of a short list that the caller gives, each with the one harmless
 * thing it makes, and everything else is refused by its name. Opcodes are those that torch writes with protocols 2 to 5
 * (Python's `pickletools.py` documents them); what only hand-made files hold is refused.
 */
import { type PickleHooks, PickleMachine } from './pickle-machine';

export interface Unpickled {
  /**
   * None is null, int a number or (beyond 2^53) a bigint, str and old byte strings are strings, bytes a Uint8Array, list
   * an array, tuple a frozen array, dict a Map, set a Set.
   */
  readonly value: unknown;
  /** Position after the pickle's last byte. */
  readonly end: number;
}

const STOP = 0x2e;
/** A CLIP's state dict has 10,000 instructions; each can make an object of some hundred bytes. */
const MAX_INSTRUCTIONS = 2_000_000;

type Operation = (machine: PickleMachine) => void;

const NAMED: Readonly<Record<string, Operation>> = {
  // PROTO, FRAME
  '\x80': ({ cursor }) => {
    const protocol = cursor.u8();
    if (protocol < 2 || protocol > 5) cursor.fail(`pickle protocol ${protocol} is not supported`);
  },
  '\x95': ({ cursor }) => cursor.skip(8),
  // NONE, NEWTRUE, NEWFALSE
  N: (machine) => machine.push(null),
  '\x88': (machine) => machine.push(true),
  '\x89': (machine) => machine.push(false),
  // BININT1, BININT2, BININT, LONG1, LONG4, BINFLOAT
  K: (machine) => machine.push(machine.cursor.u8()),
  M: (machine) => machine.push(machine.cursor.u16()),
  J: (machine) => machine.push(machine.cursor.i32()),
  '\x8a': (machine) => machine.push(machine.cursor.integer(machine.cursor.u8())),
  '\x8b': (machine) => machine.push(machine.cursor.integer(machine.cursor.u32())),
  G: (machine) => machine.push(machine.cursor.f64()),
  // SHORT_BINSTRING, BINSTRING (Python 2), SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  U: (machine) => machine.push(machine.cursor.text(machine.cursor.u8())),
  T: (machine) => machine.push(machine.cursor.text(machine.cursor.u32())),
  '\x8c': (machine) => machine.push(machine.cursor.text(machine.cursor.u8())),
  X: (machine) => machine.push(machine.cursor.text(machine.cursor.u32())),
  '\x8d': (machine) => machine.push(machine.cursor.text(machine.cursor.u64())),
  // SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
  C: (machine) => machine.push(machine.cursor.bytesOf(machine.cursor.u8())),
  B: (machine) => machine.push(machine.cursor.bytesOf(machine.cursor.u32())),
  '\x8e': (machine) => machine.push(machine.cursor.bytesOf(machine.cursor.u64())),
  '\x96': (machine) => machine.push(machine.cursor.bytesOf(machine.cursor.u64())),
  // MARK, EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3
  '(': (machine) => machine.mark(),
  ')': (machine) => machine.push(Object.freeze([])),
  t: (machine) => machine.push(Object.freeze(machine.popToMark())),
  '\x85': (machine) => machine.push(machine.popTuple(1)),
  '\x86': (machine) => machine.push(machine.popTuple(2)),
  '\x87': (machine) => machine.push(machine.popTuple(3)),
  // EMPTY_LIST, LIST, APPEND, APPENDS
  ']': (machine) => machine.push([]),
  l: (machine) => machine.push(machine.popToMark()),
  a: (machine) => machine.append([machine.pop()]),
  e: (machine) => machine.append(machine.popToMark()),
  // EMPTY_DICT, SETITEM, SETITEMS
  '}': (machine) => machine.push(new Map()),
  s: (machine) => machine.setItems(machine.popTuple(2)),
  u: (machine) => machine.setItems(machine.popToMark()),
  // EMPTY_SET, ADDITEMS, FROZENSET
  '\x8f': (machine) => machine.push(new Set()),
  '\x90': (machine) => machine.addItems(machine.popToMark()),
  '\x91': (machine) => machine.push(new Set(machine.popToMark())),
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  q: (machine) => machine.memoize(machine.cursor.u8()),
  r: (machine) => machine.memoize(machine.cursor.u32()),
  '\x94': (machine) => machine.memoize(),
  h: (machine) => machine.recall(machine.cursor.u8()),
  j: (machine) => machine.recall(machine.cursor.u32()),
  // GLOBAL, STACK_GLOBAL, REDUCE, NEWOBJ, BUILD, BINPERSID
  c: (machine) => machine.pushGlobal(machine.cursor.line(), machine.cursor.line()),
  '\x93': (machine) => {
    const [module, name] = machine.popTuple(2);
    machine.pushGlobal(module, name);
  },
  R: (machine) => machine.call(),
  '\x81': (machine) => machine.call(),
  b: (machine) => machine.setAttributes(),
  Q: (machine) => machine.persistentLoad(),
};

const OPERATIONS = new Map(
  Object.entries(NAMED).map(([opcode, operation]) => [opcode.charCodeAt(0), operation]),
);

/**
 * Reads one pickle.
 *
 * @throws PickleError where it is malformed or asks for more than data; PickleEndsEarly where bytes are missing
 */
export function unpickle(bytes: Uint8Array, begin: number, hooks: PickleHooks): Unpickled {
  const machine = new PickleMachine(bytes, begin, hooks);
  const { cursor } = machine;
  for (let count = 0; ; count++) {
    if (count > MAX_INSTRUCTIONS) cursor.fail(`it has more than ${MAX_INSTRUCTIONS} instructions`);
    const opcode = cursor.u8();
    if (opcode === STOP) return { value: machine.pop(), end: cursor.position };
    const operation = OPERATIONS.get(opcode);
    if (!operation) cursor.fail(`the opcode 0x${opcode.toString(16)} is not supported`);
    else operation(machine);
  }
}
