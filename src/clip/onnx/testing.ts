/**
 * Test support: reads a model back field by field, written from the specifications and not from our writer. A field that
 * is not expected, or of another wire type, is an error.
 */

export interface DecodedValue {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly number[];
}

export interface DecodedNode {
  readonly opType: string;
  readonly name: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly { name: string; type: number; f: number; i: number }[];
}

export interface DecodedTensor {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
}

type Kind = 'int' | 'float' | 'bytes';

/** The fields of a message by their names, every one with its values in order. */
type Message<Names extends string> = Readonly<Record<Names, readonly (number | Uint8Array)[]>>;

const WIRE_TYPE: Readonly<Record<Kind, number>> = { int: 0, bytes: 2, float: 5 };

/** @param shape - number and kind of each field that may stand in the message */
function decode<Names extends string>(
  bytes: Uint8Array,
  shape: Readonly<Record<Names, readonly [number: number, kind: Kind]>>,
): Message<Names> {
  const names = Object.keys(shape) as Names[];
  const found = {} as Record<Names, (number | Uint8Array)[]>;
  for (const name of names) found[name] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at);
    const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    const name = names.find((key) => shape[key][0] === number);
    if (name === undefined || WIRE_TYPE[shape[name][1]] !== wireType) {
      throw new Error(`field ${number} of wire type ${wireType} is not expected`);
    }
    let value: number | Uint8Array;
    if (wireType === WIRE_TYPE.float) {
      value = view.getFloat32(tag.end, true);
      at = tag.end + 4;
    } else {
      const head = varintAt(bytes, tag.end);
      at = wireType === WIRE_TYPE.int ? head.end : head.end + head.value;
      if (at > bytes.length) throw new Error('the message ends early');
      value = wireType === WIRE_TYPE.int ? head.value : bytes.subarray(head.end, at);
    }
    found[name].push(value);
  }
  return found;
}

function varintAt(bytes: Uint8Array, begin: number): { value: number; end: number } {
  let value = 0;
  for (let at = begin, unit = 1; ; at++, unit *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the message ends early');
    value += (byte % 128) * unit;
    if (byte < 128) return { value, end: at + 1 };
  }
}

const number = ([value = 0]: readonly (number | Uint8Array)[]): number => Number(value);
const bytesOf = (values: readonly (number | Uint8Array)[]): Uint8Array[] =>
  values.filter((value) => typeof value !== 'number');
const texts = (values: readonly (number | Uint8Array)[]): string[] =>
  bytesOf(values).map((value) => new TextDecoder('utf-8', { fatal: true }).decode(value));
const text = (values: readonly (number | Uint8Array)[]): string => texts(values)[0] ?? '';
const only = (values: readonly (number | Uint8Array)[]): Uint8Array => {
  const [value, ...more] = bytesOf(values);
  if (value === undefined || more.length > 0) throw new Error('one message is expected');
  return value;
};

function packed(values: readonly (number | Uint8Array)[]): number[] {
  return bytesOf(values).flatMap((bytes) => {
    const unpacked: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const { value, end } = varintAt(bytes, at);
      unpacked.push(value);
      at = end;
    }
    return unpacked;
  });
}

function decodeValue(bytes: Uint8Array): DecodedValue {
  const info = decode(bytes, { name: [1, 'bytes'], type: [2, 'bytes'] });
  const type = decode(only(info.type), { tensor: [1, 'bytes'] });
  const tensor = decode(only(type.tensor), { elementType: [1, 'int'], shape: [2, 'bytes'] });
  const shape = decode(only(tensor.shape), { dim: [1, 'bytes'] });
  const dims = bytesOf(shape.dim).map((dim) => number(decode(dim, { value: [1, 'int'] }).value));
  return { name: text(info.name), elementType: number(tensor.elementType), dims };
}

function decodeNode(bytes: Uint8Array): DecodedNode {
  const node = decode(bytes, {
    input: [1, 'bytes'],
    output: [2, 'bytes'],
    name: [3, 'bytes'],
    opType: [4, 'bytes'],
    attribute: [5, 'bytes'],
    domain: [7, 'bytes'],
  });
  const attribute = bytesOf(node.attribute).map((field) => {
    const { name, f, i, type } = decode(field, {
      name: [1, 'bytes'],
      f: [2, 'float'],
      i: [3, 'int'],
      type: [20, 'int'],
    });
    return { name: text(name), type: number(type), f: number(f), i: number(i) };
  });
  return {
    opType: text(node.opType),
    name: text(node.name),
    domain: text(node.domain),
    input: texts(node.input),
    output: texts(node.output),
    attribute,
  };
}

function decodeTensor(bytes: Uint8Array): DecodedTensor {
  const tensor = decode(bytes, {
    dims: [1, 'int'],
    dataType: [2, 'int'],
    int32Data: [5, 'bytes'],
    int64Data: [7, 'bytes'],
    name: [8, 'bytes'],
  });
  return {
    name: text(tensor.name),
    dataType: number(tensor.dataType),
    dims: tensor.dims.map(Number),
    int32Data: packed(tensor.int32Data),
    int64Data: packed(tensor.int64Data),
  };
}

/** A whole model. */
export function decodeModel(bytes: Uint8Array) {
  const model = decode(bytes, {
    irVersion: [1, 'int'],
    producer: [2, 'bytes'],
    graph: [7, 'bytes'],
    opsets: [8, 'bytes'],
  });
  const graph = decode(only(model.graph), {
    node: [1, 'bytes'],
    name: [2, 'bytes'],
    initializer: [5, 'bytes'],
    input: [11, 'bytes'],
    output: [12, 'bytes'],
  });
  return {
    irVersion: number(model.irVersion),
    producer: text(model.producer),
    opsets: bytesOf(model.opsets).map((opset) => {
      const { domain, version } = decode(opset, { domain: [1, 'bytes'], version: [2, 'int'] });
      return { domain: text(domain), version: number(version) };
    }),
    graph: {
      name: text(graph.name),
      node: bytesOf(graph.node).map(decodeNode),
      initializer: bytesOf(graph.initializer).map(decodeTensor),
      input: bytesOf(graph.input).map(decodeValue),
      output: bytesOf(graph.output).map(decodeValue),
    },
  };
}
