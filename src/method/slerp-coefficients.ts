/**
 * Slerp's two factors for a tensor. FusionBench computes norms and the dot product in float32 with sums in torch's own
 * order, which depends on its build and the processor; here they are added up in float64, and everything else is
 * rounded where FusionBench rounds. Factors agree to about 1e-6, and a tensor whose cosine is that close to the
 * threshold may be interpolated linearly by one and not by the other.
 */
export interface SlerpOptions {
  readonly t: number;
  readonly DOT_THRESHOLD: number;
  readonly epsilon: number;
}

const f = Math.fround;

/** Float32 factors of `first` and `second`; null where they are nearly parallel. */
export function slerpCoefficients(
  first: Float32Array,
  second: Float32Array,
  { t, DOT_THRESHOLD, epsilon }: SlerpOptions,
): readonly [number, number] | null {
  const [divisor0, divisor1] = [divisorOf(first, epsilon), divisorOf(second, epsilon)];
  let sum = 0;
  for (let i = 0; i < first.length; i++) {
    sum += f(f((first[i] as number) / divisor0) * f((second[i] as number) / divisor1));
  }
  const cosine = f(sum);
  if (Math.abs(cosine) > f(DOT_THRESHOLD)) return null;
  const angle = f(Math.acos(cosine));
  const part = f(angle * f(t));
  const sine = f(Math.sin(angle));
  return [f(f(Math.sin(f(angle - part))) / sine), f(f(Math.sin(part)) / sine)];
}

/** The norm, or 1 where it is too small to divide by. */
function divisorOf(vector: Float32Array, epsilon: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (vector[i] as number);
  const norm = f(Math.sqrt(sum));
  return norm > f(epsilon) ? norm : 1;
}
