/**
 * Model Stock's interpolation ratio of a tensor, from the mean angle between the experts' task vectors. FusionBench
 * computes cosines in float32 with sums in torch's own order, which depends on its build and the processor; here they
 * are added up in float64, and everything else is rounded where FusionBench rounds. Ratios agree to about 1e-6.
 */
import type { ModelPool } from '../modelpool/types';
import { readVisionTensor } from './vision-tensor';

/** FusionBench's `EPS`. */
const EPSILON = 1e-8;
const DEGREES = 180 / Math.PI;

/** `k cos / ((k - 1) cos + 1)` for `k` experts; holds the task vectors of one tensor at a time. */
export async function stockRatio(
  { pretrained, experts }: ModelPool,
  name: string,
): Promise<number> {
  const base = await readVisionTensor(pretrained, name);
  const vectors: Float32Array[] = [];
  for (const { model } of experts) {
    const tuned = await readVisionTensor(model, name);
    vectors.push(tuned.map((value, i) => value - (base[i] ?? 0)));
  }
  return ratioOfAngle(meanAngle(vectors), experts.length);
}

/** In degrees, over all pairs. */
function meanAngle(vectors: readonly Float32Array[]): number {
  const squares = vectors.map((vector) => dot(vector, vector));
  let sum = 0;
  let pairs = 0;
  for (const [i, first] of vectors.entries()) {
    for (const [j, second] of vectors.entries()) {
      if (j <= i) continue;
      const norms = Math.sqrt(Math.fround((squares[i] ?? 0) * (squares[j] ?? 0)));
      const cosine = Math.fround(dot(first, second) / Math.fround(norms + EPSILON));
      const clamped = Math.min(1, Math.max(-1, cosine));
      sum += Math.fround(Math.acos(clamped)) * DEGREES;
      pairs++;
    }
  }
  return sum / pairs;
}

function ratioOfAngle(degrees: number, experts: number): number {
  const cosine = Math.cos(degrees / DEGREES);
  return (experts * cosine) / ((experts - 1) * cosine + 1 + EPSILON);
}

/** Products rounded to float32, their sum in float64 and rounded once. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.fround((a[i] as number) * (b[i] as number));
  return Math.fround(sum);
}
