/** The wasm kernels with the memory that they work in: of one thread, made when they are first asked for, or of several. */
import { type Arena, createArena } from './arena';
import { instantiate, type KernelFunctions } from './kernel-calls';
import bytes from './kernels.wat';
import sharedBytes from './kernels.wat?shared';
import { createTeam, LIMITS, type StartTeamThread } from './team';

export interface Kernels {
  readonly run: KernelFunctions;
  readonly memory: ArrayBufferLike;
  readonly arena: Arena;
  /** Where operands that lie elsewhere are copied to, piece by piece: `TILES` of `TILE_BYTES`. */
  readonly tiles: number;
  /** Each counts into counters of its own. */
  readonly threads: number;
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
const PAGES = MEMORY_BYTES / PAGE_BYTES;

let made: Kernels | null | undefined;

/** Null where there is no SIMD (Safari before 16.4), or no memory for it. */
export function simdKernels(): Kernels | null {
  made ??= kernelsHere();
  return made;
}

function kernelsHere(): Kernels | null {
  if (!WebAssembly.validate(bytes)) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    return kernelsIn(memory, instantiate(new WebAssembly.Module(bytes), memory), 1);
  } catch {
    return null;
  }
}

/** How `createSharedKernels` gets its threads. */
export interface TeamThreads {
  /** Besides the calling one. */
  readonly count: number;
  readonly start: StartTeamThread;
}

/** More only wait for the same memory. */
const MOST_THREADS = 4;

/** How many threads are worth it besides the calling one. */
export function teamSize(cores: number): number {
  return Math.min(cores, MOST_THREADS) - 1;
}

export interface SharedKernels extends Kernels {
  /** Ends the threads. */
  end(): void;
}

/** Those of one thread with others to help it; null where threads share no memory, which not every page has. */
export function createSharedKernels(
  { count, start }: TeamThreads,
  limits = LIMITS,
): SharedKernels | null {
  if (!('SharedArrayBuffer' in globalThis) || !WebAssembly.validate(sharedBytes)) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
    const module = new WebAssembly.Module(sharedBytes);
    const own = instantiate(module, memory);
    const { run, end } = createTeam(own, { module, memory }, count, start, limits);
    return { ...kernelsIn(memory, run, count + 1), end };
  } catch {
    return null;
  }
}

function kernelsIn(memory: WebAssembly.Memory, run: KernelFunctions, threads: number): Kernels {
  const arena = createArena(TILES * TILE_BYTES, MEMORY_BYTES);
  return { run, memory: memory.buffer, arena, tiles: 0, threads };
}
