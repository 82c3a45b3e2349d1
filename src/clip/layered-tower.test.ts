import { describe, expect, it } from 'vitest';
import type { TensorBuffer } from '../runtime/types';
import { createLayeredVisionTower } from './layered-tower';
import {
  countedEngine,
  cutPatches,
  fixtureFloats,
  openFixture,
  upload,
  visionWeights,
  wasmEngine,
} from './testing';
import type { VisionConfig } from './types';
import { createVisionTower } from './vision-tower';
import type { StreamedWeights } from './vision-weights';

const PROJECTION = 32;

async function prepare(shape: string, changes: Partial<VisionConfig> = {}) {
  const model = await openFixture(`merge/${shape}/base`);
  if (model.visualProjection === undefined) throw new Error('a fixture base has a projection');
  return {
    config: { ...model.vision, ...changes },
    patches: cutPatches(fixtureFloats(`clip/${shape}/pixel-values.bin`), model.vision),
    weights: await visionWeights(model),
    projection: await upload(model.visualProjection),
    engine: await wasmEngine(),
  };
}

describe.each([
  ['p8-32', {}],
  ['p16-48', {}],
  ['p8-24', {}],
  ['p8-32', { layers: 1 }],
  ['p8-32', { pooling: 'mean of normed' }],
  ['p8-32', { pooling: 'norm of mean' }],
] as [string, Partial<VisionConfig>][])('%s %o', (shape, changes) => {
  it('gives the same bits layer by layer, one batch or several at a time', async () => {
    const { config, patches, weights, projection, engine } = await prepare(shape, changes);
    const whole = await createVisionTower(config, PROJECTION, engine, 3);
    const expected = await whole.encode(patches, weights, projection);
    await whole.release();
    expect(new Set(expected).size).toBeGreaterThan(PROJECTION);
    for (const batch of [3, 1]) {
      const { count, engine: tracked } = countedEngine(engine);
      const tower = await createLayeredVisionTower(config, PROJECTION, tracked, batch);
      const alike = await createVisionTower(config, PROJECTION, engine, batch);
      const found = await tower.encode(patches, weights, projection);
      expect(found).toEqual(await alike.encode(patches, weights, projection));
      if (batch === 3) expect(found).toEqual(expected);
      await Promise.all([alike.release(), tower.release()]);
      expect(count.open).toBe(0);
    }
  });
});

it('asks streamed weights for one step after the other, and for every tensor once', async () => {
  const { config, patches, weights, projection, engine } = await prepare('p8-32');
  const asked: string[] = [];
  let begun = 0;
  const streamed: StreamedWeights = {
    async each(steps, use) {
      for (const [at, names] of steps.entries()) {
        expect(begun++).toBe(at);
        asked.push(...names);
        const own = names.map((name) => [name, weights.get(name) as TensorBuffer] as const);
        await use(new Map(own), at);
      }
    },
  };
  const tower = await createLayeredVisionTower(config, PROJECTION, engine, 1);
  const found = await tower.encode(patches, streamed, projection);
  expect(found).toEqual(await tower.encode(patches, weights, projection));
  expect(asked.toSorted()).toEqual([...weights.keys()].toSorted());
  await tower.release();
  const whole = await createVisionTower(config, PROJECTION, engine, 1);
  begun = 0;
  expect(await whole.encode(patches, streamed, projection)).toEqual(found);
  await whole.release();
});

it('stops between two runs, and refuses what does not fit', async () => {
  const { config, patches, weights, projection, engine } = await prepare('p8-32');
  const tower = await createLayeredVisionTower(config, PROJECTION, engine, 3);
  const signal = AbortSignal.abort(new Error('a newer value'));
  await expect(tower.encode(patches, weights, projection, signal)).rejects.toThrow('a newer value');
  await expect(tower.encode(patches.slice(1), weights, projection)).rejects.toThrow(
    'The vision tower needs',
  );
  const less = new Map([...weights].filter(([name]) => name !== 'post_layernorm.bias'));
  await expect(tower.encode(patches, less, projection)).rejects.toThrow(
    'The vision tower got no post_layernorm.bias.',
  );
  await tower.release();
});

it.each([1, 2, 3])('leaves no session open where the %d. cannot be made', async (failAt) => {
  const { config, engine } = await prepare('p8-32');
  let made = 0;
  const { count, engine: failing } = countedEngine(engine, {
    onMake() {
      if (++made === failAt) throw new Error('no memory');
    },
  });
  await expect(createLayeredVisionTower(config, PROJECTION, failing, 1)).rejects.toThrow(
    'no memory',
  );
  expect(count.open).toBe(0);
});
