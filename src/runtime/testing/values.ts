/** What the cases of the backend table are made of: inputs that are the same everywhere, results as bits. */
import type { TensorBackend, TensorBuffer } from '../types';

export interface BackendCase {
  readonly name: string;
  run(backend: TensorBackend): Promise<{ readonly actual: number[]; readonly expected: number[] }>;
}

/** Values like weights: a few percent of 1, of both signs, reproducible. */
export function noise(length: number, seed = 0): Float32Array<ArrayBuffer> {
  const next = words(seed);
  return Float32Array.from({ length }, () => 0.04 * (next() / 2 ** 31 - 1));
}

/** Every kind of float32 but NaN: subnormals, zeros, infinities, all exponents alike. */
export function anyFloats(length: number, seed = 0): Float32Array<ArrayBuffer> {
  const next = words(seed);
  const patterns = Uint32Array.from({ length }, () => {
    const pattern = next() ^ (next() >>> 16);
    // The exponent of infinity with a fraction would be NaN.
    return (pattern & 0x7f800000) === 0x7f800000 ? pattern & 0xff800000 : pattern;
  });
  return new Float32Array(patterns.buffer);
}

/** Few different values, so that ties and cancellations come up. */
export function coarse(length: number, seed = 0): Float32Array<ArrayBuffer> {
  const next = words(seed);
  return Float32Array.from({ length }, () => ((next() >>> 29) - 3) / 4);
}

export function bits(values: Float32Array): number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length)];
}

/** Uploads `inputs`, lets `change` work on them, and gives the bits of the first. */
export async function changed<const I extends readonly Float32Array<ArrayBuffer>[]>(
  backend: TensorBackend,
  inputs: I,
  change: (...buffers: { [K in keyof I]: TensorBuffer }) => void,
): Promise<number[]> {
  const buffers = inputs.map((values) => backend.upload(values.slice()));
  change(...(buffers as { [K in keyof I]: TensorBuffer }));
  await backend.settled();
  const [first] = buffers;
  const actual = first ? bits(await backend.read(first)) : [];
  for (const buffer of buffers) backend.free(buffer);
  return actual;
}

/** Numerical Recipes' linear congruential generator. */
function words(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}
