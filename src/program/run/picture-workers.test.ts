/** Threads that prepare pictures, from the built programs, as the command runs them. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePrograms } from '../../../scripts/lib/node-program.mjs';
import { preparePicture } from '../../clip/prepare-picture';
import type { ProcessorConfig } from '../../clip/types';
import { createPatchSource } from '../../taskpool/patch-source';
import { createPictureWorkers, type PictureWorkers } from './picture-workers-node';

const FIXTURES = resolve(import.meta.dirname, '../../../reference/fixtures');
const PROCESSOR: ProcessorConfig = {
  resize: { shortestEdge: 32 },
  crop: { width: 32, height: 32 },
  resample: 'bicubic',
  rescaleFactor: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};
const NAMES = ['000.png', '001.png', '002.png', '003.png'];
const folder = join(FIXTURES, 'scoring/images/outlines/circle');
const images = NAMES.map((name) => ({ name, blob: new Blob([readFileSync(join(folder, name))]) }));
const broken = { name: 'broken.png', blob: new Blob(['no picture']) };

let workers: PictureWorkers;
beforeAll(async () => {
  const made = createPictureWorkers(await ensurePrograms());
  if (!made) throw new Error('the programs are built');
  workers = made;
}, 120_000);
afterAll(() => workers.dispose());

const geometry = { imageSize: 32, patchSize: 8 };

describe('pictures prepared on other threads', () => {
  it('are the same to the last bit', async () => {
    for (const { name, blob } of images) {
      const made = await workers.prepare(name, await blob.arrayBuffer(), PROCESSOR);
      expect(made.data).toEqual((await preparePicture({ name, blob }, PROCESSOR)).data);
    }
  });

  it('are taken where they were asked for ahead, and prepared here where they were not', async () => {
    const asked: string[] = [];
    const helpers = {
      patience: 0,
      prepare: (...question: Parameters<PictureWorkers['prepare']>) => {
        asked.push(question[0]);
        return workers.prepare(...question);
      },
    };
    const budget = { left: 2 * 32 * 32 * 3 };
    const source = createPatchSource([...images, broken], PROCESSOR, geometry, budget, helpers);
    const alone = createPatchSource(images, PROCESSOR, geometry, { left: 0 });
    await source.ahead([1, 2, 4]);
    await source.ahead([2, 3]);
    expect(asked).toEqual(['001.png', '002.png', 'broken.png', '003.png']);
    for (const index of [0, 1, 2, 3]) {
      const [own, other] = [new Float32Array(source.length), new Float32Array(source.length)];
      await source.fill(index, own, 0);
      await alone.fill(index, other, 0);
      expect(own).toEqual(other);
    }
    await expect(source.fill(4, new Float32Array(source.length), 0)).rejects.toMatchObject({
      name: 'FormatError',
      file: 'broken.png',
    });
    expect(budget.left).toBe(0);
    // What is kept is not asked for again, what was beyond the budget is.
    await source.ahead([0, 1, 2]);
    expect(asked.slice(4)).toEqual(['002.png']);
    source.release();
  });

  it('are asked for only once this thread has lost its patience', async () => {
    const helpers = { patience: 1e9, prepare: () => Promise.reject(new Error('asked')) };
    const source = createPatchSource(images, PROCESSOR, geometry, { left: 0 }, helpers);
    await source.ahead([0, 1]);
    await source.fill(0, new Float32Array(source.length), 0);
    expect(helpers.patience).toBeLessThan(1e9);
  });

  it('need a program that was built', () => {
    expect(createPictureWorkers(undefined)).toBeUndefined();
    expect(createPictureWorkers(new URL('./', import.meta.url))).toBeUndefined();
  });
});
