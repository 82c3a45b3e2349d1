/**
 * mergekit's way with task vectors, tensor by tensor: each is thinned out, weighed, and those of all experts are added up, or only
 * those that have the elected sign.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/generalized_task_arithmetic.py`; its order and its rounding. Sums go from left to
 * right, as torch's do up to 17 experts.
 */
import type { ModelPool } from '../../modelpool/types';
import type { TensorBackend } from '../../runtime/types';
import { oncePerTensor } from '../parts';
import type { CombinePart, PlanContext } from '../types';
import { readVisionTensor, visionTensor } from '../vision-tensor';

/** One tensor of one expert. */
export interface ExpertTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its place among those that are merged, from 0. */
  readonly expert: number;
}

/** Thins one tensor of a task vector out, in place. */
export type ThinOut = (delta: Float32Array<ArrayBuffer>, tensor: ExpertTensor) => void;

/** `all` are added up; or of each element those that have the sign of their sum, or the mean of these. */
export type Consensus = 'all' | 'sum' | 'mean';

/** Holds of one tensor at a time the task vector of each expert, where a sign is elected, or else of one. */
export function planSparse(
  pool: ModelPool,
  thinOut: ThinOut,
  consensus: Consensus,
  { backend, signal }: Pick<PlanContext, 'backend' | 'signal'>,
): CombinePart {
  return combineTensors(backend, (name) => {
    const taskVectors = tensorTaskVectors(pool, name, signal, thinOut);
    return consensus === 'all' ? addUp(taskVectors) : electAndMerge(taskVectors, consensus);
  });
}

/** A method that makes of every tensor as a whole that of its result; parts are handed out of it. */
export function combineTensors(
  backend: TensorBackend,
  merge: (name: string) => Promise<Float32Array>,
): CombinePart {
  const merged = oncePerTensor(merge);
  return async (part) => {
    const values = await merged(part);
    return backend.receive(part.length, async (memory) => {
      memory.set(values.subarray(part.begin, part.begin + part.length));
    });
  };
}

type TaskVectors = AsyncIterable<Float32Array<ArrayBuffer>>;

async function addUp(taskVectors: TaskVectors): Promise<Float32Array> {
  let sum = new Float32Array();
  for await (const delta of taskVectors) {
    if (sum.length === 0) sum = new Float32Array(delta.length);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (delta[i] as number);
  }
  return sum;
}

async function electAndMerge(
  taskVectors: TaskVectors,
  consensus: 'sum' | 'mean',
): Promise<Float32Array> {
  const deltas: Float32Array[] = [];
  for await (const delta of taskVectors) deltas.push(delta);
  const merged = new Float32Array(deltas[0]?.length ?? 0);
  for (let i = 0; i < merged.length; i++) merged[i] = mergeElement(deltas, i, consensus);
  return merged;
}

/** A sum of zero elects the positive sign. */
function mergeElement(
  deltas: readonly Float32Array[],
  at: number,
  consensus: 'sum' | 'mean',
): number {
  let total = 0;
  // Index by index: this runs for every weight of a model.
  for (let k = 0; k < deltas.length; k++) total = Math.fround(total + (deltas[k]?.[at] as number));
  const sign = total >= 0 ? 1 : -1;
  let sum = 0;
  let count = 0;
  for (let k = 0; k < deltas.length; k++) {
    const value = deltas[k]?.[at] as number;
    if (value * sign > 0) {
      sum = Math.fround(sum + value);
      count++;
    }
  }
  return consensus === 'mean' && count > 1 ? sum / count : sum;
}

/**
 * Of each expert in turn one tensor of its task vector, thinned out and then multiplied by the expert's weight: a product that is
 * rounded first could make magnitudes equal that are not.
 */
export async function* tensorTaskVectors(
  { pretrained, experts }: ModelPool,
  name: string,
  signal: AbortSignal,
  thinOut?: ThinOut,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const base = await readVisionTensor(pretrained, name);
  const { shape } = visionTensor(pretrained, name);
  for (const [expert, { model, weight }] of experts.entries()) {
    signal.throwIfAborted();
    const delta = await readVisionTensor(model, name);
    for (let i = 0; i < delta.length; i++) delta[i] = (delta[i] as number) - (base[i] as number);
    thinOut?.(delta, { name, shape, expert });
    if (weight !== 1) {
      const factor = Math.fround(weight);
      for (let i = 0; i < delta.length; i++) delta[i] = (delta[i] as number) * factor;
    }
    yield delta;
  }
}
