import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPreprocessing } from '../clip/config/sources';
import { fixtureFile, fixtureFiles, wasmEngine } from '../clip/testing';
import type { ProcessorConfig } from '../clip/types';
import { openFixturePool } from '../method/testing/fixture-pools';
import type { ModelPool } from '../modelpool/types';
import type { PictureFile } from '../taskpool/patch-source';
import { createExpertInputs, type ExpertInputsParts } from './expert-inputs';

let pool: ModelPool;
let processor: ProcessorConfig;
let pictures: PictureFile[];
const damaged: PictureFile = { name: 'damaged.png', blob: new Blob(['no picture']) };
const signal = new AbortController().signal;

beforeAll(async () => {
  const whole = await openFixturePool('p8-32');
  pool = { ...whole, experts: whole.experts.slice(0, 1) };
  const read = await readPreprocessing(
    await fixtureFiles('merge/p8-32/base'),
    pool.pretrained.vision.imageSize,
  );
  if (!read) throw new Error('the fixture has no processor');
  processor = read;
  const folder = 'scoring/images/outlines';
  const root = new URL(`../../reference/fixtures/${folder}/`, import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.png')).toSorted();
  pictures = await Promise.all(files.slice(0, 6).map((name) => fixtureFile(`${folder}/${name}`)));
});

/** Of the only expert's first layer, with so many of its task's pictures. */
async function firstLayer(
  own: readonly PictureFile[],
  wanted: number,
  parts: Partial<ExpertInputsParts> = {},
) {
  const { vision } = pool.pretrained;
  const engine = await wasmEngine();
  const inputs = createExpertInputs({
    vision,
    processor,
    pictures: () => [own],
    engine: async () => ({ vision: engine, batch: 4 }),
    ...parts,
  });
  const { experts, release } = await inputs.begin(pool, wanted);
  try {
    return await experts[0]?.next(signal);
  } finally {
    await release();
  }
}

describe('what goes into linear layers on pictures of a task', () => {
  it('is of as many as are asked for, at even distances, or of all', async () => {
    const [a, , c, , e] = pictures as [
      PictureFile,
      PictureFile,
      PictureFile,
      PictureFile,
      PictureFile,
    ];
    const three = await firstLayer(pictures, 3);
    expect(three).toEqual(await firstLayer([a, c, e], 256));
    expect(three).not.toEqual(await firstLayer(pictures, 256));
  });

  it('passes over what cannot be read, and says so to whoever asks', async () => {
    const passed: string[] = [];
    const onUnreadable = (expert: string, picture: string) =>
      void passed.push(`${expert} ${picture}`);
    const [a, b, ...others] = pictures as [PictureFile, PictureFile, ...PictureFile[]];
    // A batch of none, and one that is short.
    const mixed = [damaged, damaged, damaged, damaged, a, damaged, b];
    const found = await firstLayer(mixed, 256, { onUnreadable });
    expect(found).toEqual(await firstLayer([a, b], 256));
    expect(found).not.toEqual(await firstLayer([a, ...others], 256));
    expect(passed).toEqual(Array(5).fill(`${pool.experts[0]?.model.name} damaged.png`));
    await expect(firstLayer([damaged, damaged], 256)).rejects.toThrow(
      `None of the pictures of the task of ${pool.experts[0]?.model.name} can be read.`,
    );
  });

  it('says how many fit where there is no room for all of them, before anything is read', async () => {
    const { hiddenSize, imageSize, patchSize } = pool.pretrained.vision;
    const each = 8 * ((imageSize / patchSize) ** 2 + 1) * hiddenSize;
    const engine = () => Promise.reject(new Error('nothing is to be run'));
    await expect(firstLayer(pictures, 256, { engine, limitBytes: 5 * each })).rejects.toThrow(
      'Set num_regmean_examples to 5 or less.',
    );
    expect(await firstLayer(pictures, 5, { limitBytes: 5 * each })).toBeDefined();
  });
});
