/** The stack machine of Python's pickles: its stack, its memo, and what may be done to them. */
import { ByteCursor, PickleError } from './byte-cursor';
import { NumpyArray, NumpyDtype } from './numpy-values';
import { ScriptObject } from './script-object';

/** What a global of the list is and does. */
export interface AllowedGlobal {
  /** Stands for the global where the pickle only mentions it, as with element types; its name where absent. */
  readonly value?: unknown;
  /** Calls it. Absent where it may not be called. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleHooks {
  /** By "module.name". */
  readonly globals: Pick<ReadonlyMap<string, AllowedGlobal>, 'get'>;
  /** The message where a global is not on the list. */
  readonly explainGlobal: (name: string) => string;
  /** What a persistent id stands for; torch uses them for storages. */
  readonly persistentLoad: (id: unknown) => unknown;
}

/** Python 2's names, which protocol 2 keeps using. */
const RENAMED_MODULES: ReadonlyMap<string, string> = new Map([['__builtin__', 'builtins']]);

/** Stands on the stack where a sequence begins. */
const MARK = Symbol('mark');

class GlobalReference {
  constructor(
    readonly name: string,
    readonly global: AllowedGlobal,
  ) {}
}

/** What a value on the stack is as data: of a global, what it stands for. */
function toData(item: unknown): unknown {
  return item instanceof GlobalReference ? (item.global.value ?? item.name) : item;
}

export class PickleMachine {
  readonly cursor: ByteCursor;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    bytes: Uint8Array,
    begin: number,
    private readonly hooks: PickleHooks,
  ) {
    this.cursor = new ByteCursor(bytes, begin);
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  mark(): void {
    this.stack.push(MARK);
  }

  pop(): unknown {
    return toData(this.take());
  }

  /** The last values as a tuple: a frozen array, so that nothing is appended to it. */
  popTuple(length: number): readonly unknown[] {
    return Object.freeze(Array.from({ length }, () => this.pop()).reverse());
  }

  popToMark(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) this.cursor.fail('there is no mark on the stack');
    return this.stack.splice(mark).slice(1).map(toData);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list) || Object.isFrozen(list)) this.cursor.fail('a list is expected');
    else for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) this.cursor.fail('a dict is expected');
    else for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) this.cursor.fail('a set is expected');
    else for (const item of items) set.add(item);
  }

  /**
   * Instance attributes: those of a TorchScript module, what NumPy's values hold, and of a state dict's OrderedDict torch's
   * `_metadata`, which nobody needs.
   */
  setAttributes(): void {
    const state = this.pop();
    const object = this.top();
    if (object instanceof ScriptObject) {
      if (state instanceof Map) object.attributes = state;
    } else if (object instanceof NumpyDtype || object instanceof NumpyArray) object.setState(state);
    else if (!(object instanceof Map)) this.cursor.fail('attributes are set on what is no dict');
  }

  memoize(index = this.memo.size): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.cursor.fail(`nothing is remembered as ${index}`);
    this.stack.push(this.memo.get(index));
  }

  pushGlobal(module: unknown, name: unknown): void {
    const fullName = `${RENAMED_MODULES.get(String(module)) ?? module}.${name}`;
    const global = this.hooks.globals.get(fullName);
    if (!global) throw new PickleError(this.hooks.explainGlobal(fullName));
    this.stack.push(new GlobalReference(fullName, global));
  }

  call(): void {
    const args = this.pop();
    const callee = this.take();
    if (!(callee instanceof GlobalReference) || !Array.isArray(args)) {
      this.cursor.fail('something that is no function is called');
    } else if (callee.global.call) this.stack.push(callee.global.call(args));
    else throw new PickleError(this.hooks.explainGlobal(callee.name));
  }

  persistentLoad(): void {
    this.stack.push(this.hooks.persistentLoad(this.pop()));
  }

  private top(): unknown {
    const item = this.stack.at(-1);
    if (item === undefined || item === MARK) this.cursor.fail('the stack is empty');
    return item;
  }

  private take(): unknown {
    const item = this.top();
    this.stack.pop();
    return item;
  }
}
