/** Threads that compute with the element-wise kernels, from the built programs, as the command runs them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePrograms } from '../../../scripts/lib/node-program.mjs';
import { createReferenceBackend } from '../../runtime/cpu/reference';
import { createSimdBackend } from '../../runtime/cpu/simd/backend';
import { createSharedKernels, type SharedKernels } from '../../runtime/cpu/simd/kernels';
import { LIMITS, type TeamSeat } from '../../runtime/cpu/simd/team';
import { counted, differences, OPERATIONS, outcome, SAME } from '../../runtime/testing/operations';
import { untilAllCount } from '../../runtime/testing/until-all-count';
import type { TensorBackend } from '../../runtime/types';
import { teamThreads } from './team-threads-node';

/** More than there are cores, so that some are always late. */
const THREADS = 3;

let kernels: SharedKernels;
let backend: TensorBackend;
const seats: TeamSeat[] = [];

beforeAll(async () => {
  const threads = teamThreads(await ensurePrograms());
  if (!threads) throw new Error('the programs are built');
  const start = (seat: TeamSeat) => {
    seats.push(seat);
    return threads.start(seat);
  };
  // So that what the operations work on is shared.
  const limits = { ...LIMITS, worthChunks: 2 };
  kernels = createSharedKernels({ count: THREADS, start }, limits) as SharedKernels;
  backend = createSimdBackend(kernels);
  await untilAllCount(backend, THREADS + 1);
}, 120_000);
afterAll(() => kernels.end());

describe('element-wise operations over threads', () => {
  it.each(OPERATIONS)('give the bits of the reference: %s', async (_name, operation) => {
    const expected = await outcome(createReferenceBackend(), operation, 0);
    for (let time = 0; time < 2; time++) {
      expect(differences(await outcome(backend, operation, 7), expected)).toEqual(SAME);
    }
  });

  it('count as the reference does', async () => {
    const expected = await counted(createReferenceBackend(), 7);
    for (let time = 0; time < 2; time++) {
      expect(differences(await counted(backend, 7), expected)).toEqual(SAME);
    }
  });

  it('start one thread for each seat', () => {
    expect(seats.map(({ thread }) => thread)).toEqual([1, 2, 3]);
  });
});

it('are none where the program was not built', () => {
  expect(teamThreads(undefined)).toBeUndefined();
  expect(teamThreads(new URL('file:///nowhere/'))).toBeUndefined();
});
