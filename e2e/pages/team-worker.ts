/** Compares what threads compute together with the reference, once each of them has taken part. */
import { expose } from 'comlink';
import { beginWorkersFromPage } from '../../src/engine/page-threads/page-workers';
import { createTeamThreads } from '../../src/engine/scoring/team-threads';
import { createReferenceBackend } from '../../src/runtime/cpu/reference';
import { createSimdBackend } from '../../src/runtime/cpu/simd/backend';
import { createSharedKernels } from '../../src/runtime/cpu/simd/kernels';
import { LIMITS } from '../../src/runtime/cpu/simd/team';
import { differences, OPERATIONS, outcome } from '../../src/runtime/testing/operations';
import { untilAllCount } from '../../src/runtime/testing/until-all-count';

beginWorkersFromPage();

const room = {
  /** How many the page would use here. */
  count: () => createTeamThreads().count,
  /** @returns the operations that there are, and those that gave other bits; null where threads share no memory */
  async differing(threads: number): Promise<{ all: number; differing: string[] } | null> {
    // So that what the operations work on is shared.
    const limits = { ...LIMITS, worthChunks: 2 };
    const kernels = createSharedKernels({ ...createTeamThreads(), count: threads }, limits);
    if (!kernels) return null;
    const backend = createSimdBackend(kernels);
    await untilAllCount(backend, threads + 1);
    const differing: string[] = [];
    for (const [name, operation] of OPERATIONS) {
      const expected = await outcome(createReferenceBackend(), operation, 0);
      const actual = await outcome(backend, operation, 7);
      if (differences(actual, expected).flat().length > 0) differing.push(name);
    }
    kernels.end();
    return { all: OPERATIONS.length, differing };
  },
};

export type TeamWorker = typeof room;

expose(room);
