/**
 * A small vocabulary for writing ONNX graphs: inputs, integer constants, nodes, outputs; values are their names. Graphs hold no
 * weights and every shape is static, so ONNX Runtime can plan all of them before the first run.
 */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx_pb';

/** ONNX IR 8 and opset 17 came together, with ONNX 1.12. */
const IR_VERSION = 8n;
const OPSET = 17n;
/** The domain of ONNX Runtime's fused operators. */
const CONTRIB = 'com.microsoft';

/** A node attribute: JavaScript's numbers do not tell integers from floats, ONNX does. */
export type Attribute = { readonly int: number } | { readonly float: number };

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** True for an operator of the domain `com.microsoft`. */
  readonly contrib?: boolean;
  /** The output's name, where it matters; fresh by default. */
  readonly output?: string;
}

export interface Graph {
  /** Declares a graph input and returns its name. */
  input(name: string, dims: readonly number[], type?: 'float32' | 'int32'): string;
  /** A one-dimensional constant: int64 for shapes, int32 for indices. */
  constant(values: readonly number[], type: 'int64' | 'int32'): string;
  /** Adds a node and returns its first output. An empty input name leaves an optional input out. */
  node(opType: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds a node of which outputs `wanted` are used, and returns those. */
  pick<const W extends readonly number[]>(
    opType: string,
    inputs: readonly string[],
    wanted: W,
    options?: NodeOptions,
  ): { [K in keyof W]: string };
  /** Declares the value `name` as a float32 output of the graph. */
  output(name: string, dims: readonly number[]): void;
  /** The finished model as ONNX bytes. */
  build(): Uint8Array<ArrayBuffer>;
}

const ELEMENT_TYPE = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
} as const;

/** An empty graph called `name`. */
export function createGraph(name: string): Graph {
  const nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  const initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  const inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  const outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  let fresh = 0;

  function append(
    opType: string,
    input: readonly string[],
    output: readonly string[],
    { attributes = {}, contrib = false }: NodeOptions,
  ): void {
    nodes.push({
      opType,
      name: `${opType}_${nodes.length}`,
      domain: contrib ? CONTRIB : '',
      input: [...input],
      output: [...output],
      attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
    });
  }

  return {
    input(inputName, dims, type = 'float32') {
      inputs.push(valueInfo(inputName, dims, type));
      return inputName;
    },
    constant(values, type) {
      const constantName = `constant_${fresh++}`;
      const data =
        type === 'int64' ? { int64Data: values.map(BigInt) } : { int32Data: [...values] };
      const dims = [BigInt(values.length)];
      initializers.push({ name: constantName, dataType: ELEMENT_TYPE[type], dims, ...data });
      return constantName;
    },
    node(opType, input, options = {}) {
      const output = options.output ?? `value_${fresh++}`;
      append(opType, input, [output], options);
      return output;
    },
    pick(opType, input, wanted, options = {}) {
      const names = wanted.map(() => `value_${fresh++}`);
      const slots = Array.from({ length: Math.max(...wanted) + 1 }, (_, slot) => {
        const at = wanted.indexOf(slot);
        return names[at] ?? '';
      });
      append(opType, input, slots, options);
      return names as { [K in keyof typeof wanted]: string };
    },
    output(outputName, dims) {
      outputs.push(valueInfo(outputName, dims, 'float32'));
    },
    build() {
      const model = create(ModelProtoSchema, {
        irVersion: IR_VERSION,
        producerName: 'task-arithmetic-studio',
        opsetImport: [
          { domain: '', version: OPSET },
          { domain: CONTRIB, version: 1n },
        ],
        graph: { name, node: nodes, initializer: initializers, input: inputs, output: outputs },
      });
      return toBinary(ModelProtoSchema, model);
    },
  };
}

function attributeProto(
  name: string,
  value: Attribute,
): MessageInitShape<typeof AttributeProtoSchema> {
  return 'int' in value
    ? { name, type: AttributeProto_AttributeType.INT, i: BigInt(value.int) }
    : { name, type: AttributeProto_AttributeType.FLOAT, f: value.float };
}

function valueInfo(
  name: string,
  dims: readonly number[],
  type: keyof typeof ELEMENT_TYPE,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => ({
    value: { case: 'dimValue' as const, value: BigInt(size) },
  }));
  const tensor = { elemType: ELEMENT_TYPE[type], shape: { dim } };
  return { name, type: { value: { case: 'tensorType', value: tensor } } };
}
