/**
 * The messages of an ONNX model, as far as graphs whose weights lie elsewhere need them. Their fields, by the numbers of onnx.proto
 * (https://github.com/onnx/onnx/blob/v1.20.0/onnx/onnx.proto), which are all that is written:
 *
 *     ModelProto          ir_version 1, producer_name 2, graph 7, opset_import 8
 *     OperatorSetIdProto  domain 1, version 2
 *     GraphProto          node 1, name 2, initializer 5, input 11, output 12
 *     NodeProto           input 1, output 2, name 3, op_type 4, attribute 5, domain 7
 *     AttributeProto      name 1, f 2, i 3, ints 8, type 20 (FLOAT 1, INT 2, INTS 7)
 *     TensorProto         dims 1, data_type 2, int32_data 5 and int64_data 7 (both packed), name 8,
 *                         external_data 13, data_location 14 (EXTERNAL 1)
 *     StringStringEntryProto  key 1, value 2
 *     ValueInfoProto      name 1, type 2
 *     TypeProto           tensor_type 1: elem_type 1, shape 2: dim 1: dim_value 1
 */
import { concat, type Fields, float, integer, message, packed, text } from './wire';

/** TensorProto.DataType */
const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7 } as const;

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
  return concat([
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
  return concat([
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
  return concat([
    ...dims.map((size) => integer(1, size)),
    integer(2, ELEMENT_TYPE.float32),
    text(8, name),
    message(13, text(1, 'location'), text(2, name)),
    integer(14, 1),
  ]);
}

/** ValueInfoProto of a tensor with a static shape. @throws RangeError for a size that is no whole number */
export function valueProto(
  name: string,
  dims: readonly number[],
  type: keyof typeof ELEMENT_TYPE,
): Fields {
  const shape = dims.map((size) => message(1, integer(1, size)));
  const tensor = message(1, integer(1, ELEMENT_TYPE[type]), message(2, ...shape));
  return concat([text(1, name), message(2, tensor)]);
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
}

/** ModelProto: a whole file. */
export function modelProto({ irVersion, producer, opsets, graph }: ModelFields): Fields {
  return concat([
    integer(1, irVersion),
    text(2, producer),
    message(
      7,
      ...graph.nodes.map((node) => message(1, node)),
      text(2, graph.name),
      ...graph.initializers.map((tensor) => message(5, tensor)),
      ...graph.inputs.map((value) => message(11, value)),
      ...graph.outputs.map((value) => message(12, value)),
    ),
    ...Object.entries(opsets).map(([domain, version]) =>
      message(8, text(1, domain), integer(2, version)),
    ),
  ]);
}
