/**
 * mergekit's way with task vectors, tensor by tensor: each is thinned out, weighed, and those of all experts are added up, or only
 * those that have the elected sign.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/generalized_task_arithmetic.py`; its order and its rounding. Sums go from left to
 * right, as torch's do up to 17 experts.
 */
import type { ClipModel } from '../../clip/types';
import type { ModelPool } from '../../modelpool/types';
import type { CombinePart, PlanContext } from '../types';
import { readVisionTensor, visionTensor } from '../vision-tensor';
import { combineTensors } from '../whole-tensors';
import type { DellaSource } from './drop-by-chance';
import { countKept, electSigns, keepAgreeing } from './elect';
import { thinOutAndWeigh, weigh } from './thinning';
import type { Thinning, ThinningJob } from './types';

/** `all` are added up; or of each element those that have the sign of their sum, or the mean of these. */
export type Consensus = 'all' | 'sum' | 'mean';

/**
 * Holds the task vectors of one tensor at a time, in threads of two. They are thinned out ahead of what adds them up, by as many as
 * are worked on at once.
 *
 * @param source in place of our own numbers: then everything is computed here
 */
export function planSparse(
  pool: ModelPool,
  thinning: Thinning,
  consensus: Consensus,
  { backend, matrices, signal }: Pick<PlanContext, 'backend' | 'matrices' | 'signal'>,
  source?: DellaSource,
): CombinePart {
  const atOnce = source ? 1 : matrices.atOnce;
  const run = (prepare: PrepareThinning) =>
    source ? prepare().then((job) => thinOutAndWeigh(job, source)) : matrices.run(prepare, signal);
  const merge = (name: string) => {
    const thinned = ahead(atOnce, thinningsOf(pool, name, thinning), run);
    return consensus === 'all' ? addUp(thinned) : electAndMerge(thinned, consensus);
  };
  return combineTensors(backend, merge, { names: pool.mergedNames, count: atOnce > 1 ? 2 : 1 });
}

type TaskVector = Float32Array<ArrayBuffer>;

/** Reads what is to be thinned out. */
type PrepareThinning = () => Promise<ThinningJob>;

/** Of each expert in turn one tensor of its task vector. */
function thinningsOf(pool: ModelPool, name: string, thinning: Thinning): PrepareThinning[] {
  const { shape } = visionTensor(pool.pretrained, name);
  let base: Promise<TaskVector> | undefined;
  return pool.experts.map(({ model, weight }, expert) => async () => {
    base ??= readVisionTensor(pool.pretrained, name);
    const delta = await differenceFrom(await base, model, name);
    const work = { kind: 'thinning', thinning } as const;
    return { work, tensor: { name, shape, expert }, weight, tensors: [delta] };
  });
}

/** Results in the order of what they are of, with as many more begun as are worked on at once. */
async function* ahead<T, R>(
  atOnce: number,
  items: readonly T[],
  begin: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const result = begin(item);
    // Told to whoever takes it, if anybody does.
    result.catch(() => undefined);
    begun.push(result);
    const first = begun.length > atOnce ? begun.shift() : undefined;
    if (first) yield first;
  }
  yield* begun;
}

type TaskVectors = AsyncIterable<TaskVector>;

async function addUp(taskVectors: TaskVectors): Promise<Float32Array> {
  let sum = new Float32Array();
  for await (const delta of taskVectors) {
    if (sum.length === 0) sum = new Float32Array(delta.length);
    addTo(sum, delta);
  }
  return sum;
}

/** Thins the task vectors out further, in place. */
async function electAndMerge(
  taskVectors: TaskVectors,
  consensus: 'sum' | 'mean',
): Promise<Float32Array> {
  const deltas: Float32Array[] = [];
  let total = new Float32Array();
  for await (const delta of taskVectors) {
    if (deltas.length === 0) total = new Float32Array(delta.length);
    addTo(total, delta);
    deltas.push(delta);
  }
  const merged = new Float32Array(total.length);
  const counts = consensus === 'mean' ? new Uint32Array(total.length) : null;
  const signs = electSigns(total);
  for (const delta of deltas) {
    keepAgreeing(delta, signs);
    addTo(merged, delta);
    if (counts) countKept(counts, delta);
  }
  if (counts) divideBy(merged, counts);
  return merged;
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (values[i] as number);
}

/** Where more than one was counted. */
function divideBy(values: Float32Array, counts: Uint32Array): void {
  for (let i = 0; i < values.length; i++) {
    const count = counts[i] as number;
    if (count > 1) values[i] = (values[i] as number) / count;
  }
}

/** Of each expert in turn one tensor of its task vector, multiplied by the expert's weight. */
export async function* tensorTaskVectors(
  { pretrained, experts }: ModelPool,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<TaskVector, void, undefined> {
  const base = await readVisionTensor(pretrained, name);
  for (const { model, weight } of experts) {
    signal.throwIfAborted();
    const delta = await differenceFrom(base, model, name);
    weigh(delta, weight);
    yield delta;
  }
}

async function differenceFrom(
  base: Float32Array,
  model: ClipModel,
  name: string,
): Promise<TaskVector> {
  const delta = await readVisionTensor(model, name);
  for (let i = 0; i < delta.length; i++) delta[i] = (delta[i] as number) - (base[i] as number);
  return delta;
}
