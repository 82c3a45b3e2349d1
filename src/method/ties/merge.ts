/**
 * TIES on task vectors: trim, elect a sign for every element, merge what agrees with it.
 * Source: Yadav et al., "TIES-Merging" (NeurIPS 2023); order and rounding as FusionBench's
 * `method/ties_merging/ties_merging_utils.py`.
 */
import type { ModelPool } from '../../modelpool/types';
import { SIGN_BINS, type Sign, type TensorBackend, type TensorBuffer } from '../../runtime/types';
import { type MakeTaskVector, notAmong, passOver, withBuffers } from '../task-vectors';
import type { CombinePart, PlanContext } from '../types';
import { filled } from '../vision-tensor';
import { sumExperts } from './sum-experts';
import { findThresholds } from './threshold';

export interface TiesOptions {
  readonly threshold: number;
  readonly remove_keys: readonly string[];
  readonly merge_func: 'sum' | 'mean' | 'max';
}

/** Two passes for the thresholds, one for the majority of signs, one for the combination. */
export const TIES_PASSES = 4;

/** Options of TIES besides the scaling factor, as FusionBench has them. */
export const TIES_OPTIONS = [
  {
    name: 'threshold',
    kind: 'number',
    default: 20,
    min: 0,
    max: 100,
    description:
      'Percent of each task vector that is kept, the largest magnitudes of all tensors together. Up to 1 it is a fraction: 1 keeps everything.',
  },
  {
    name: 'remove_keys',
    kind: 'string list',
    default: [],
    description: 'Tensors that take no part and stay the base’s.',
  },
  {
    name: 'merge_func',
    kind: 'choice',
    choices: ['sum', 'mean', 'max'],
    default: 'sum',
    description: 'What becomes of the values that agree with the elected sign.',
  },
] as const;

/** Plans TIES for task vectors that `makeTaskVector` makes: the experts' own, or thinned out ones. */
export async function planTies(
  pool: ModelPool,
  { threshold, remove_keys, merge_func }: TiesOptions,
  makeTaskVector: MakeTaskVector,
  context: PlanContext,
): Promise<CombinePart> {
  const { backend } = context;
  const included = notAmong(remove_keys);
  const thresholds = await findThresholds(pool, threshold, included, makeTaskVector, context);
  const trimmed: MakeTaskVector = async (delta, base, part, expert) => {
    await makeTaskVector(delta, base, part, expert);
    backend.trim(delta, thresholds[expert] ?? 0);
  };
  const majority = await majoritySign(pool, included, trimmed, context);
  return (part, base) =>
    filled(backend, base.length, async (merged) => {
      if (!included(part.name)) return;
      const { length } = pool.experts;
      await withBuffers(backend, base.length, length + 1, async ([total, ...deltas]) => {
        if (!total) return;
        for (const [expert, delta] of deltas.entries()) await trimmed(delta, base, part, expert);
        await sumExperts(backend, total, length, (sum, expert) =>
          backend.addScaled(sum, at(deltas, expert), 1, false),
        );
        await disjointMerge(backend, merged, total, deltas, majority, merge_func);
      });
    });
}

/**
 * The sign that elements without one of their own take: that of the sum of all elected signs, over the whole vector.
 * Counted in integers. FusionBench adds the signs up in float32, which is exact as well until a partial sum passes
 * 2^24, and then wrong only where the sum is nearly zero.
 */
async function majoritySign(
  pool: ModelPool,
  included: (name: string) => boolean,
  trimmed: MakeTaskVector,
  context: PlanContext,
): Promise<Sign> {
  const { backend } = context;
  const counts = backend.allocateCounts(Object.keys(SIGN_BINS).length);
  try {
    await passOver(pool, included, context, (part, base) =>
      withBuffers(backend, base.length, 2, async ([total, delta]) => {
        if (!total || !delta) return;
        await sumExperts(backend, total, pool.experts.length, async (sum, expert) => {
          await trimmed(delta, base, part, expert);
          backend.addScaled(sum, delta, 1, false);
        });
        backend.countSigns(counts, total);
      }),
    );
    const bins = await backend.readCounts(counts);
    const balance = (bins[SIGN_BINS.positive] ?? 0) - (bins[SIGN_BINS.negative] ?? 0);
    return balance > 0 ? 1 : balance < 0 ? -1 : 0;
  } finally {
    backend.freeCounts(counts);
  }
}

async function disjointMerge(
  backend: TensorBackend,
  merged: TensorBuffer,
  total: TensorBuffer,
  deltas: readonly TensorBuffer[],
  majority: Sign,
  mergeFunc: TiesOptions['merge_func'],
): Promise<void> {
  const { length } = deltas;
  if (mergeFunc === 'max') {
    for (const delta of deltas) backend.mergeAgreeing(merged, total, delta, majority, 'largest');
    backend.applySign(merged, total, majority);
    return;
  }
  await sumExperts(backend, merged, length, (sum, expert) =>
    backend.mergeAgreeing(sum, total, at(deltas, expert), majority, 'sum'),
  );
  if (mergeFunc === 'sum') return;
  await withBuffers(backend, merged.length, 1, async ([count]) => {
    if (!count) return;
    for (const delta of deltas) backend.mergeAgreeing(count, total, delta, majority, 'count');
    backend.divideEach(merged, count);
  });
}

function at(deltas: readonly TensorBuffer[], expert: number): TensorBuffer {
  const delta = deltas[expert];
  if (!delta) throw new RangeError(`there is no task vector of expert ${expert}`);
  return delta;
}
