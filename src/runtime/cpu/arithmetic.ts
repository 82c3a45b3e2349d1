/** The reference arithmetic on float32 vectors of one length: `Math.fround` after every operation. */

/** `sum (+)= weight * (tuned - base)`; `weight` a float32. */
export function accumulate(
  sum: Float32Array,
  base: Float32Array,
  tuned: Float32Array,
  weight: number,
  first: boolean,
): void {
  for (let i = 0; i < sum.length; i++) {
    let delta = Math.fround((tuned[i] as number) - (base[i] as number));
    if (weight !== 1) delta = Math.fround(weight * delta);
    sum[i] = first ? delta : Math.fround((sum[i] as number) + delta);
  }
}

/** `out = base + scalingFactor * sum`; `scalingFactor` a float32. */
export function scaleAndAdd(
  out: Float32Array,
  base: Float32Array,
  sum: Float32Array,
  scalingFactor: number,
): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.fround((base[i] as number) + Math.fround(scalingFactor * (sum[i] as number)));
  }
}

/** `sum (+)= weight * values`; `weight` a float32. */
export function addScaled(
  sum: Float32Array,
  values: Float32Array,
  weight: number,
  first: boolean,
): void {
  for (let i = 0; i < sum.length; i++) {
    const scaled = Math.fround(weight * (values[i] as number));
    sum[i] = first ? scaled : Math.fround((sum[i] as number) + scaled);
  }
}

/** `values /= divisor`; `divisor` a float32. A float64 quotient of two float32 never rounds twice. */
export function divide(values: Float32Array, divisor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / divisor;
}

/** `values /= max(divisors, 1)`. */
export function divideEach(values: Float32Array, divisors: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i] as number) / Math.max(1, divisors[i] as number);
  }
}
