/**
 * Kernels over several threads that share the kernels' memory. A call is chunks that whoever is free takes one by one, the
 * calling thread among them: it never waits for a thread that is busy or not there yet, only for chunks that are being
 * computed. Elements do not depend on each other and counters are added up, so any cut gives the same bits.
 */
import {
  call,
  chunksOf,
  instantiate,
  KERNEL_NAMES,
  type KernelFunctions,
  type KernelName,
  MOST_PARAMETERS,
  runChunk,
} from './kernel-calls';

/** What a thread needs to take part; all of it is shared, none copied. */
export interface TeamSeat {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: SharedArrayBuffer;
  /** From 1; the calling thread is 0. */
  readonly thread: number;
}

/** Starts a thread that calls `takePart` with the seat, which never returns: it is ended from outside. */
export type StartTeamThread = (seat: TeamSeat) => { end(): void };

/** Int32 words of the board. */
const OPEN = 0;
const UNDONE = 1;
const KERNEL = 2;
const FAILED = 3;
/** Where the call's numbers begin, as float64, which holds pointers and float32 alike. */
const NUMBERS_BYTES = 16;

/** Looks before a thread sleeps, some forty microseconds: to be woken takes longer, and a part has several kernels. */
const LOOKS = 20000;

export interface TeamLimits {
  /** How long threads stay without a call. */
  readonly idleMs: number;
  /** How long a chunk, which takes microseconds, may take before its thread is given up. */
  readonly lostMs: number;
  /** What has fewer is computed by the calling thread: waking others and waiting for the last takes as long as a few chunks. */
  readonly worthChunks: number;
}

export const LIMITS: TeamLimits = { idleMs: 2000, lostMs: 60_000, worthChunks: 8 };

export interface Team {
  readonly run: KernelFunctions;
  /** Ends all threads; the next call starts them again. */
  end(): void;
}

interface Board {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
}

const BOARD_BYTES = NUMBERS_BYTES + MOST_PARAMETERS * Float64Array.BYTES_PER_ELEMENT;

function boardOf(shared: SharedArrayBuffer): Board {
  return {
    words: new Int32Array(shared, 0, NUMBERS_BYTES / Int32Array.BYTES_PER_ELEMENT),
    numbers: new Float64Array(shared, NUMBERS_BYTES),
  };
}

/**
 * Threads are started by the first call that is worth it, and ended when there was none for a while.
 *
 * @param own - the calling thread's own instance
 * @param threads - how many there are besides it
 */
export function createTeam(
  own: KernelFunctions,
  seat: Pick<TeamSeat, 'module' | 'memory'>,
  threads: number,
  start: StartTeamThread,
  { idleMs, lostMs, worthChunks }: TeamLimits,
): Team {
  let gathered: { readonly board: Board; readonly threads: readonly { end(): void }[] } | null =
    null;
  let wasUsed = false;
  let watch: ReturnType<typeof setInterval> | undefined;

  const end = (): void => {
    clearInterval(watch);
    for (const thread of gathered?.threads ?? []) thread.end();
    gathered = null;
  };

  const gather = (): Board => {
    wasUsed = true;
    if (gathered) return gathered.board;
    // A board of their own: those that were ended may live a moment longer, and must take nothing with them.
    const shared = new SharedArrayBuffer(BOARD_BYTES);
    const board = boardOf(shared);
    gathered = {
      board,
      threads: Array.from({ length: threads }, (_, i) =>
        start({ ...seat, board: shared, thread: i + 1 }),
      ),
    };
    watch = setInterval(() => {
      if (!wasUsed) end();
      wasUsed = false;
    }, idleMs);
    // In Node a timer would keep the process.
    if (typeof watch === 'object') watch.unref();
    return board;
  };

  const share = (name: KernelName, given: readonly number[]): void => {
    const chunks = chunksOf(name, given);
    if (chunks < worthChunks) {
      call(own, name, given);
      return;
    }
    const board = gather();
    const { words, numbers } = board;
    numbers.set(given);
    words[KERNEL] = KERNEL_NAMES.indexOf(name);
    Atomics.store(words, FAILED, 0);
    Atomics.store(words, UNDONE, chunks);
    Atomics.store(words, OPEN, chunks);
    Atomics.notify(words, OPEN);
    while (takeChunk(board, own, 0));
    if (!othersAreDone(words, lostMs)) {
      // It would write into what is somebody else's by then.
      end();
      throw new Error(`A thread that computes ${name} does not answer any more.`);
    }
    if (Atomics.load(words, FAILED) !== 0) throw new Error(`${name} failed in one of the threads.`);
  };

  const spread =
    (name: KernelName) =>
    (...given: number[]) =>
      share(name, given);
  const run: KernelFunctions = {
    clear: spread('clear'),
    subtract: spread('subtract'),
    accumulate: spread('accumulate'),
    scaleAndAdd: spread('scaleAndAdd'),
    scale: spread('scale'),
    addScaled: spread('addScaled'),
    divide: spread('divide'),
    divideEach: spread('divideEach'),
    takeLarger: spread('takeLarger'),
    trim: spread('trim'),
    addAgreeing: spread('addAgreeing'),
    countAgreeing: spread('countAgreeing'),
    largestAgreeing: spread('largestAgreeing'),
    applySign: spread('applySign'),
    dropRandomly: spread('dropRandomly'),
    countUpper: spread('countUpper'),
    countLower: spread('countLower'),
    countSigns: spread('countSigns'),
  };
  return { run, end };
}

/** What a thread does until it is ended. */
export function takePart({ module, memory, board: shared, thread }: TeamSeat): never {
  const own = instantiate(module, memory);
  const board = boardOf(shared);
  for (;;) {
    if (takeChunk(board, own, thread)) continue;
    for (let look = 0; look < LOOKS && Atomics.load(board.words, OPEN) === 0; look++);
    Atomics.wait(board.words, OPEN, 0);
  }
}

/** Takes an open chunk and computes it; false where none is open. */
function takeChunk({ words, numbers }: Board, own: KernelFunctions, thread: number): boolean {
  for (;;) {
    const open = Atomics.load(words, OPEN);
    if (open === 0) return false;
    // Whoever has taken one may read the call: none is written before all chunks of the last are done.
    if (Atomics.compareExchange(words, OPEN, open, open - 1) !== open) continue;
    try {
      const name = KERNEL_NAMES[words[KERNEL] as number];
      if (name) runChunk(own, name, numbers, open - 1, thread);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    if (Atomics.sub(words, UNDONE, 1) === 1) Atomics.notify(words, UNDONE);
    return true;
  }
}

/** Waits for the chunks that others compute; false where that takes too long. */
function othersAreDone(words: Int32Array<SharedArrayBuffer>, lostMs: number): boolean {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, UNDONE) === 0) return true;
  for (;;) {
    const undone = Atomics.load(words, UNDONE);
    if (undone === 0) return true;
    if (Atomics.wait(words, UNDONE, undone, lostMs) === 'timed-out') return false;
  }
}
