/** A team whose threads do not do what they should; `program/run/team-threads.test.ts` has real ones. */
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { counted, differences, OPERATIONS, outcome, SAME } from '../../testing/operations';
import { createReferenceBackend } from '../reference';
import { createSimdBackend } from './backend';
import { instantiate, type KernelFunctions } from './kernel-calls';
import { createSharedKernels, type SharedKernels, simdKernels, teamSize } from './kernels';
import sharedBytes from './kernels.wat?shared';
import { createTeam, LIMITS, type StartTeamThread, type TeamLimits } from './team';

const PAGE_BYTES = 2 ** 16;
/** Of whatever has one, but random drops, which have smaller ones. */
const CHUNK_BYTES = 2 ** 16;
const SMALL: TeamLimits = { ...LIMITS, worthChunks: 2 };

function teamOf(start: StartTeamThread, limits: Partial<TeamLimits> = {}, pages = 64) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = new WebAssembly.Module(sharedBytes);
  const own = instantiate(module, memory);
  const team = createTeam(own, { module, memory }, 2, start, { ...SMALL, ...limits });
  return { ...team, values: new Float32Array(memory.buffer), bytes: pages * PAGE_BYTES };
}

const NEVER_THERE: StartTeamThread = () => ({ end: () => undefined });

describe('a team whose threads never come', () => {
  const kernels = createSharedKernels({ count: 2, start: NEVER_THERE }, SMALL) as SharedKernels;

  // As `createTeamBackend` does.
  const backend = createSimdBackend(kernels, simdKernels() ?? kernels);

  it.each(OPERATIONS)('computes %s all the same, wherever operands lie', async (_, operation) => {
    const expected = await outcome(createReferenceBackend(), operation, 0);
    for (const inside of [0, 2, 5, 7]) {
      expect(differences(await outcome(backend, operation, inside), expected)).toEqual(SAME);
    }
  });

  it.each([0, 7])('counts all the same (places: %i)', async (inside) => {
    const expected = await counted(createReferenceBackend(), inside);
    expect(differences(await counted(backend, inside), expected)).toEqual(SAME);
  });
});

describe('the threads of a team', () => {
  afterEach(() => vi.useRealTimers());

  const watched = () => {
    const seats: number[] = [];
    const ended: number[] = [];
    const boards = new Set<SharedArrayBuffer>();
    const start: StartTeamThread = ({ thread, board }) => {
      seats.push(thread);
      boards.add(board);
      return { end: () => void ended.push(thread) };
    };
    return { seats, ended, boards, start };
  };

  it('are not started for what is not worth it', () => {
    const { seats, start } = watched();
    const { run } = teamOf(start, LIMITS);
    run.trim(0, 7 * CHUNK_BYTES, 1);
    run.dropRandomly(0, CHUNK_BYTES, 0, 1, 2, 3, 4, 5, 6);
    expect(seats).toEqual([]);
    run.trim(0, 7 * CHUNK_BYTES + 16, 1);
    expect(seats).toEqual([1, 2]);
    run.dropRandomly(0, 2 * CHUNK_BYTES, 0, 1, 2, 3, 4, 5, 6);
    expect(seats).toEqual([1, 2]);
  });

  it('are ended when there was nothing to do for a while, and started again', () => {
    vi.useFakeTimers();
    const { seats, ended, boards, start } = watched();
    const { run } = teamOf(start, { idleMs: 1000 });
    run.trim(0, 2 * CHUNK_BYTES, 1);
    vi.advanceTimersByTime(1500);
    run.trim(0, 2 * CHUNK_BYTES, 1);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual([1, 2]);
    run.trim(0, 2 * CHUNK_BYTES, 1);
    expect(seats).toEqual([1, 2, 1, 2]);
    // One that is ended too late sees nothing of what the new ones share.
    expect(boards.size).toBe(2);
  });

  it('are as many as the processor has besides the calling one, and never very many', () => {
    expect([1, 2, 4, 64].map(teamSize)).toEqual([0, 1, 3, 3]);
  });
});

describe('a call that fails', () => {
  it('says so where a kernel does', () => {
    const { run, bytes, values } = teamOf(NEVER_THERE);
    expect(() => run.trim(bytes - CHUNK_BYTES, 2 * CHUNK_BYTES, 1)).toThrow('trim failed');
    values.fill(0.5);
    run.trim(0, 2 * CHUNK_BYTES, 1);
    expect(values[0]).toBe(0);
  });

  /** Takes one chunk and never finishes it. */
  const LOSES = `
    const { board } = require('node:worker_threads').workerData;
    const words = new Int32Array(board, 0, 4);
    for (;;) {
      const open = Atomics.load(words, 0);
      if (open > 0 && Atomics.compareExchange(words, 0, open, open - 1) === open) for (;;);
    }`;

  it('says so where a thread does not come back, and ends it', async () => {
    const workers: Worker[] = [];
    let ended = 0;
    const start: StartTeamThread = ({ board }) => {
      const worker = new Worker(LOSES, { eval: true, workerData: { board } });
      workers.push(worker);
      return { end: () => void ended++ };
    };
    const { run, bytes } = teamOf(start, { lostMs: 50 }, 1024);
    const untilLost = async (kernels: KernelFunctions) => {
      for (;;) {
        kernels.trim(0, bytes, 1);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await expect(untilLost(run)).rejects.toThrow('does not answer');
    expect(ended).toBe(2);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
});
