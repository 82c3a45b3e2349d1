/** Threads that merge matrices, from the built programs, as the command runs them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePrograms } from '../../../scripts/lib/node-program.mjs';
import type { MatrixThreads } from '../../method/matrices/threads';
import { type MatrixJob, mergeMatrix } from '../../method/spectral/merge-matrix';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createMatrixWorkers } from './matrix-workers-node';

let workers: MatrixThreads;
beforeAll(async () => {
  const made = createMatrixWorkers(await ensurePrograms());
  if (!made) throw new Error('the programs are built');
  workers = made;
}, 120_000);
afterAll(() => workers.dispose());

const jobOf = (seed: number): MatrixJob => ({
  work: { kind: 'task singular vectors' },
  shape: { rows: 20, columns: 33 },
  tensors: [1, 2].map((expert) =>
    Float32Array.from({ length: 660 }, (_, i) => Math.sin(seed + expert * i * i)),
  ),
});

describe('matrices merged on other threads', () => {
  it('have the same bits, several at once', async () => {
    const { signal } = new AbortController();
    const seeds = [1, 2, 3, 4, 5, 6];
    const merged = await Promise.all(
      seeds.map((seed) => workers.run(async () => jobOf(seed), signal)),
    );
    expect(merged).toEqual(
      seeds.map((seed) => mergeMatrix(createReferenceProducts(), jobOf(seed))),
    );
  });

  it('are stopped in the middle of one', async () => {
    const controller = new AbortController();
    const steps = { kind: 'wudi', solver: 'adam', steps: 1_000_000_000 } as const;
    const endless = workers.run(async () => {
      setTimeout(() => controller.abort(), 50);
      return { ...jobOf(1), work: steps };
    }, controller.signal);
    await expect(endless).rejects.toThrow('aborted');
  });

  it('fail with what the thread says', async () => {
    const { signal } = new AbortController();
    const huge = { ...jobOf(1), shape: { rows: 200_000, columns: 200_000 } };
    await expect(workers.run(async () => huge, signal)).rejects.toMatchObject({
      name: 'DeviceError',
    });
  });

  it('are none where the program was not built', () => {
    expect(createMatrixWorkers(undefined)).toBeUndefined();
    expect(createMatrixWorkers(new URL('file:///nowhere/'))).toBeUndefined();
  });
});
