/** The wasm kernels with the memory that they work in: one of each per thread, made when they are first asked for. */
import { type Arena, createArena } from './arena';
import bytes from './kernels.wat';

/** Pointers in bytes, multiples of 16; as `kernels.wat` says. */
interface KernelFunctions {
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

export interface Kernels {
  readonly run: KernelFunctions;
  readonly memory: ArrayBuffer;
  readonly arena: Arena;
  /** Where operands that lie elsewhere are copied to, piece by piece: `TILES` of `TILE_BYTES`. */
  readonly tiles: number;
}

/** No kernel has more operands. */
export const TILES = 3;
/** Three of them and the memory they come from stay in a processor's own cache. */
export const TILE_BYTES = 2 ** 16;

const PAGE_BYTES = 2 ** 16;
/**
 * Room for two parts of 1 MiB in work of twenty experts by TIES, with their counters, and of 4 MiB of eight. Memory that is never touched is none; what finds
 * no room lies elsewhere and is copied.
 */
const MEMORY_BYTES = 2 ** 27;

let made: Kernels | null | undefined;

/** Null where there is no SIMD (Safari before 16.4), or no memory for it. */
export function simdKernels(): Kernels | null {
  made ??= WebAssembly.validate(bytes) ? instantiate() : null;
  return made;
}

function instantiate(): Kernels | null {
  const pages = MEMORY_BYTES / PAGE_BYTES;
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      backend: { memory },
    });
    const begin = TILES * TILE_BYTES;
    return {
      // Its text stands beside this file, and the tests call every function of it.
      run: exports as unknown as KernelFunctions,
      memory: memory.buffer,
      arena: createArena(begin, MEMORY_BYTES),
      tiles: 0,
    };
  } catch {
    return null;
  }
}
