/** What the kernels of `kernels.wat` are called with, and how the work of a call is cut into chunks. */
import { MAGNITUDE_HIGH_BINS, MAGNITUDE_LOW_BINS, SIGN_BINS } from '../../types';

/** Pointers in bytes, multiples of 16; as `kernels.wat` says. */
export interface KernelFunctions {
  clear(out: number, bytes: number): void;
  subtract(out: number, base: number, tuned: number, bytes: number, weight: number): void;
  accumulate(sum: number, base: number, tuned: number, bytes: number, weight: number): void;
  scaleAndAdd(out: number, base: number, sum: number, bytes: number, factor: number): void;
  scale(out: number, values: number, bytes: number, weight: number): void;
  addScaled(sum: number, values: number, bytes: number, weight: number): void;
  divide(values: number, bytes: number, divisor: number): void;
  divideEach(values: number, divisors: number, bytes: number): void;
  takeLarger(selected: number, candidate: number, bytes: number): void;
  trim(values: number, bytes: number, threshold: number): void;
  addAgreeing(merged: number, total: number, values: number, bytes: number, tie: number): void;
  countAgreeing(merged: number, total: number, values: number, bytes: number, tie: number): void;
  largestAgreeing(merged: number, total: number, values: number, bytes: number, tie: number): void;
  applySign(values: number, total: number, bytes: number, tie: number): void;
  dropRandomly(
    values: number,
    bytes: number,
    block: number,
    key0: number,
    key1: number,
    stream0: number,
    stream1: number,
    stream2: number,
    limit: number,
  ): void;
  countUpper(counts: number, values: number, bytes: number): void;
  countLower(counts: number, values: number, bytes: number, high: number): void;
  countSigns(counts: number, values: number, bytes: number): void;
}

export type KernelName = keyof KernelFunctions;
type AnyKernel = (...numbers: number[]) => void;

/** Parameters come in this order: counters, vectors, bytes, the number of the first block, and what is the same for all. */
interface KernelParameters {
  /** Of its counters, for each thread its own; 0 where it has none. */
  readonly bins: number;
  readonly vectors: number;
  readonly hasBlock: boolean;
  /** What takes some ten microseconds. */
  readonly chunkBytes: number;
}

/** Of three vectors it stays in a processor's own cache. */
const CHUNK_BYTES = 2 ** 16;

const over = (vectors: number): KernelParameters => ({
  bins: 0,
  vectors,
  hasBlock: false,
  chunkBytes: CHUNK_BYTES,
});
const counting = (bins: number): KernelParameters => ({ ...over(1), bins });

const PARAMETERS: Readonly<Record<KernelName, KernelParameters>> = {
  clear: over(1),
  subtract: over(3),
  accumulate: over(3),
  scaleAndAdd: over(3),
  scale: over(2),
  addScaled: over(2),
  divide: over(1),
  divideEach: over(2),
  takeLarger: over(2),
  trim: over(1),
  addAgreeing: over(3),
  countAgreeing: over(3),
  largestAgreeing: over(3),
  applySign: over(2),
  dropRandomly: { ...over(1), hasBlock: true, chunkBytes: CHUNK_BYTES / 4 },
  countUpper: counting(MAGNITUDE_HIGH_BINS),
  countLower: counting(MAGNITUDE_LOW_BINS),
  countSigns: counting(Object.keys(SIGN_BINS).length),
};

/** In the order in which threads number them. */
export const KERNEL_NAMES = Object.keys(PARAMETERS) as readonly KernelName[];

/** No kernel has more parameters. */
export const MOST_PARAMETERS = 9;

/** Bytes of a Philox block of four elements. */
const BLOCK_BYTES = 16;

/** The functions of `kernels.wat`, which is what `module` is, over a memory. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelFunctions {
  const { exports } = new WebAssembly.Instance(module, { backend: { memory } });
  // The tests call every one of them.
  return exports as unknown as KernelFunctions;
}

/** The place of a call's bytes among its numbers. */
function placeOfBytes({ bins, vectors }: KernelParameters): number {
  return (bins > 0 ? 1 : 0) + vectors;
}

/** How many chunks the work of a call has. */
export function chunksOf(name: KernelName, numbers: ArrayLike<number>): number {
  const parameters = PARAMETERS[name];
  return Math.ceil((numbers[placeOfBytes(parameters)] ?? 0) / parameters.chunkBytes);
}

export function call(run: KernelFunctions, name: KernelName, numbers: readonly number[]): void {
  const kernel: AnyKernel = run[name];
  kernel(...numbers);
}

/** Used again by every chunk, which no other can interrupt. */
const scratch: number[] = [];

/**
 * Computes one chunk of a call.
 *
 * @param numbers - of the whole call
 * @param thread - from 0: whose counters are counted into
 */
export function runChunk(
  run: KernelFunctions,
  name: KernelName,
  numbers: ArrayLike<number>,
  chunk: number,
  thread: number,
): void {
  const parameters = PARAMETERS[name];
  const { bins, vectors, hasBlock, chunkBytes } = parameters;
  const first = chunk * chunkBytes;
  const bytesAt = placeOfBytes(parameters);
  scratch.length = run[name].length;
  for (let i = 0; i < scratch.length; i++) {
    let number = numbers[i] ?? 0;
    if (i < bytesAt - vectors) number += thread * bins * Uint32Array.BYTES_PER_ELEMENT;
    else if (i < bytesAt) number += first;
    else if (i === bytesAt) number = Math.min(chunkBytes, number - first);
    else if (hasBlock && i === bytesAt + 1) number += first / BLOCK_BYTES;
    scratch[i] = number;
  }
  call(run, name, scratch);
}
