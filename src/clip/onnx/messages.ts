/**
 * The messages of an ONNX model, as far as our graphs need them. Their fields, by the numbers of onnx.proto
 * (https://github.com/onnx/onnx/blob/v1.20.0/onnx/onnx.proto), which are all that is written:
 *
 *     ModelProto          ir_version 1, producer_name 2, graph 7, opset_import 8, metadata_props 14
 *     StringStringEntryProto  key 1, value 2
 *     OperatorSetIdProto  domain 1, version 2
 *     GraphProto          node 1, name 2, initializer 5, input 11, output 12
 *     NodeProto           input 1, output 2, name 3, op_type 4, attribute 5, domain 7
 *     AttributeProto      name 1, f 2, i 3, ints 8, type 20 (FLOAT 1, INT 2, INTS 7)
 *     TensorProto         dims 1, data_type 2, int32_data 5 and int64_data 7 (both packed), name 8, raw_data 9,
 *                         external_data 13, data_location 14 (EXTERNAL 1)
 *     ValueInfoProto      name 1, type 2
 *     TypeProto           tensor_type 1: elem_type 1, shape 2: dim 1: dim_value 1 or dim_param 2
 */
import { joinBytes } from '../../checkpoint/join-bytes';
import { type Fields, float, integer, message, opening, packed, text } from './wire';

/** TensorProto.DataType */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, float16: 10, bfloat16: 16 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

/** The size of an axis, or the name of one that any run may have as it likes. */
export type Dim = number | string;

const MAX_INT32 = 2 ** 31 - 1;

/** A node attribute: JavaScript's numbers do not tell integers from floats, ONNX does. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] };

export interface NodeFields {
  readonly opType: string;
  readonly name: string;
  /** '' is ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** NodeProto. @throws RangeError for an attribute that is no number of its kind */
export function nodeProto(node: NodeFields): Fields {
  return joinBytes([
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(3, node.name),
    text(4, node.opType),
    ...Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
    text(7, node.domain),
  ]);
}

function attribute(name: string, value: Attribute): Fields {
  if ('ints' in value) {
    const items = value.ints.map((item) => integer(8, item));
    return message(5, text(1, name), ...items, integer(20, 7));
  }
  return 'int' in value
    ? message(5, text(1, name), integer(3, value.int), integer(20, 2))
    : message(5, text(1, name), float(2, value.float), integer(20, 1));
}

/** TensorProto of one dimension. @throws RangeError for what the type does not hold */
export function vectorProto(
  name: string,
  values: readonly number[],
  type: 'int32' | 'int64',
): Fields {
  const large = type === 'int32' && values.find((value) => value > MAX_INT32);
  if (large) throw new RangeError(`${large} is too large for an int32.`);
  return joinBytes([
    integer(1, values.length),
    integer(2, ELEMENT_TYPE[type]),
    packed(type === 'int32' ? 5 : 7, values),
    text(8, name),
  ]);
}

/**
 * TensorProto of float32 numbers that lie outside the model, in a file of the tensor's name. @throws RangeError for a size that
 * is no whole number
 */
export function externalProto(name: string, dims: readonly number[]): Fields {
  return joinBytes([
    ...dims.map((size) => integer(1, size)),
    integer(2, ELEMENT_TYPE.float32),
    text(8, name),
    message(13, text(1, 'location'), text(2, name)),
    integer(14, 1),
  ]);
}

/** ValueInfoProto of a tensor. @throws RangeError for a size that is no whole number */
export function valueProto(name: string, dims: readonly Dim[], type: ElementType): Fields {
  const shape = dims.map((size) =>
    message(1, typeof size === 'number' ? integer(1, size) : text(2, size)),
  );
  const tensor = message(1, integer(1, ELEMENT_TYPE[type]), message(2, ...shape));
  return joinBytes([text(1, name), message(2, tensor)]);
}

export interface ModelFields {
  readonly irVersion: number;
  readonly producer: string;
  /** Versions of operator sets, by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly graph: {
    readonly name: string;
    readonly nodes: readonly Fields[];
    readonly initializers: readonly Fields[];
    readonly inputs: readonly Fields[];
    readonly outputs: readonly Fields[];
  };
  /** Whatever is to be known of the file, by names. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** ModelProto: a whole file. */
export function modelProto(fields: ModelFields): Fields {
  return joinBytes(modelPieces(fields, []).filter((piece) => piece instanceof Uint8Array));
}

/** A tensor of weights, whose bytes are somewhere else: C order, little-endian. */
export interface WeightFields {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  readonly byteLength: number;
}

/** What a file is made of, in order: bytes, or the place of a tensor's. */
export type Piece<W extends WeightFields> = Fields | { readonly weight: W };

/** ModelProto with weights, which are not looked at. @throws RangeError where a size is no whole number */
export function modelPieces<W extends WeightFields>(
  { irVersion, producer, opsets, graph, metadata = {} }: ModelFields,
  weights: readonly W[],
): Piece<W>[] {
  const begin = joinBytes([
    ...graph.nodes.map((node) => message(1, node)),
    text(2, graph.name),
    ...graph.initializers.map((tensor) => message(5, tensor)),
  ]);
  const heads = weights.map(({ name, dims, type, byteLength }) => {
    const fields = joinBytes([
      ...dims.map((size) => integer(1, size)),
      integer(2, ELEMENT_TYPE[type]),
      text(8, name),
      opening(9, byteLength),
    ]);
    return joinBytes([opening(5, fields.length + byteLength), fields]);
  });
  const end = joinBytes([
    ...graph.inputs.map((value) => message(11, value)),
    ...graph.outputs.map((value) => message(12, value)),
  ]);
  const length = weights.reduce(
    (sum, { byteLength }, i) => sum + (heads[i]?.length ?? 0) + byteLength,
    begin.length + end.length,
  );
  const head = joinBytes([integer(1, irVersion), text(2, producer), opening(7, length), begin]);
  const tail = joinBytes([
    end,
    ...Object.entries(opsets).map(([domain, version]) =>
      message(8, text(1, domain), integer(2, version)),
    ),
    ...Object.entries(metadata).map(([key, value]) => message(14, text(1, key), text(2, value))),
  ]);
  const middle = weights.flatMap((weight, i): Piece<W>[] => [
    heads[i] ?? new Uint8Array(0),
    { weight },
  ]);
  return [head, ...middle, tail];
}
