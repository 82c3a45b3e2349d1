/**
 * A small vocabulary for writing ONNX graphs: inputs, weights, integer constants, nodes, outputs; values are their names. Graphs
 * that run here hold no weights and every shape is static, so ONNX Runtime can plan all of them before the first run.
 */
import {
  type Dim,
  externalProto,
  type ModelFields,
  modelProto,
  type NodeFields,
  nodeProto,
  valueProto,
  vectorProto,
} from './messages';
import type { Fields } from './wire';

/** ONNX IR 8 and opset 17 came together, with ONNX 1.12. */
const IR_VERSION = 8;
const OPSET = 17;
export const PRODUCER = 'task-arithmetic-studio';
/** The domain of ONNX Runtime's fused operators. */
const CONTRIB = 'com.microsoft';

/** Handed in at every run, or once, when the session is made; or in the file, by whoever writes it (`vision-file.ts`). */
export type WeightsAre = 'fed' | 'held' | 'inside';

export interface NodeOptions {
  readonly attributes?: NodeFields['attributes'];
  /** True for an operator of the domain `com.microsoft`. */
  readonly contrib?: boolean;
  /** The output's name, where it matters; fresh by default. */
  readonly output?: string;
}

export interface Graph {
  /** Declares a graph input and returns its name. */
  input(name: string, dims: readonly Dim[], type?: 'float32' | 'int32'): string;
  /** Declares a weight and returns its name: an input, or an initializer that lies outside the model, in a file of this name. */
  weight(name: string, dims: readonly number[]): string;
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
  output(name: string, dims: readonly Dim[]): void;
  /** What the finished model is made of. */
  fields(): ModelFields;
  /** The finished model as ONNX bytes. */
  build(): Uint8Array<ArrayBuffer>;
}

/** An empty graph called `name`. */
export function createGraph(name: string, weights: WeightsAre = 'fed'): Graph {
  const nodes: Fields[] = [];
  const initializers: Fields[] = [];
  const inputs: Fields[] = [];
  const outputs: Fields[] = [];
  let fresh = 0;

  function append(
    opType: string,
    inputNames: readonly string[],
    outputNames: readonly string[],
    { attributes = {}, contrib = false }: NodeOptions,
  ): void {
    const node = nodeProto({
      opType,
      name: `${opType}_${nodes.length}`,
      domain: contrib ? CONTRIB : '',
      inputs: inputNames,
      outputs: outputNames,
      attributes,
    });
    nodes.push(node);
  }

  const fields = (): ModelFields => ({
    irVersion: IR_VERSION,
    producer: PRODUCER,
    opsets: { '': OPSET, [CONTRIB]: 1 },
    graph: { name, nodes, initializers, inputs, outputs },
  });

  return {
    input(inputName, dims, type = 'float32') {
      inputs.push(valueProto(inputName, dims, type));
      return inputName;
    },
    weight(weightName, dims) {
      if (weights === 'fed') inputs.push(valueProto(weightName, dims, 'float32'));
      else if (weights === 'held') initializers.push(externalProto(weightName, dims));
      return weightName;
    },
    constant(values, type) {
      const constantName = `constant_${fresh++}`;
      initializers.push(vectorProto(constantName, values, type));
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
      outputs.push(valueProto(outputName, dims, 'float32'));
    },
    fields,
    build: () => modelProto(fields()),
  };
}
