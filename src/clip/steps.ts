/** A tower's graphs in the order in which they are run, each with what it is fed. */
import type { OrtFeed, OrtSession } from '../runtime/types';
import type { StateGraph, StepGraph, TowerSteps } from './onnx/steps';
import { tensorOfLayer } from './onnx/steps';

/** From here on towers are run layer by layer on wasm: those of B/32 have 350 and 150 MB, and smaller ones gain nothing by it. */
export const LAYERED_BYTES = 150_000_000;

/** What is run. */
export interface GraphOfStep {
  readonly graph: StepGraph | StateGraph;
}

export interface Step extends GraphOfStep {
  /** By the graph's input: the tensor's canonical name and the shape it is read in. */
  readonly weights: ReadonlyMap<
    string,
    { readonly tensor: string; readonly dims: readonly number[] }
  >;
}

/** What one batch has come to, by the inputs of the graph that takes it. */
export type State = {
  readonly residual: Float32Array<ArrayBuffer>;
  readonly normed: Float32Array<ArrayBuffer>;
};

export function stepsInOrder({ first, layer, last }: TowerSteps, layers: number): Step[] {
  const stepOf = (graph: StepGraph, index = 0): Step => ({
    graph,
    weights: new Map(
      graph.weights.map(({ name, shape }) => [
        name,
        { tensor: graph === layer ? tensorOfLayer(name, index) : name, dims: shape },
      ]),
    ),
  });
  const between = Array.from({ length: layers - 1 }, (_, index) => stepOf(layer, index));
  return [stepOf(first), ...between, stepOf(last)];
}

/** Runs one batch through one step: `given` is what the graph takes beside its weights. */
export function runStep(
  { graph }: GraphOfStep,
  session: OrtSession,
  weights: Readonly<Record<string, OrtFeed>>,
  given: Readonly<Record<string, Float32Array | Int32Array>>,
): Promise<Record<string, Float32Array<ArrayBuffer>>> {
  const feeds: Record<string, OrtFeed> = { ...weights };
  for (const { name, shape } of graph.given) {
    const data = given[name];
    if (data === undefined) throw new RangeError(`a step got no ${name}`);
    feeds[name] = { dims: shape, data };
  }
  return session.run(feeds);
}

/** What a run has handed on for the next step; null after the last. */
export function stateOf(
  { graph }: GraphOfStep,
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
): State | null {
  if (!('state' in graph)) return null;
  const { residual, normed } = graph.state;
  return { residual: outputOf(outputs, residual), normed: outputOf(outputs, normed) };
}

export function outputOf(
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  name: string,
): Float32Array<ArrayBuffer> {
  const found = outputs[name];
  if (found === undefined) throw new RangeError(`The graph gave no ${name}.`);
  return found;
}
