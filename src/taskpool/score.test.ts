import { openAsBlob } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openClip } from '../clip/open';
import { fixtureFiles, fixtureFloats, fixtureJson, upload, wasmEngine } from '../clip/testing';
import type { ClipModel } from '../clip/types';
import { createVisionTower, type VisionTower } from '../clip/vision-tower';
import { StorageError } from '../errors';
import { combine } from '../method/combine';
import { taskArithmetic } from '../method/task-arithmetic';
import { allocateWeights, loadOwnWeights, mergedWeights } from '../method/weights';
import { openModelPool } from '../modelpool/judge';
import { createCpuBackend } from '../runtime/cpu/backend';
import type { TensorBuffer } from '../runtime/types';
import { classifyLogits, imageLogits } from './classify';
import { computeHead, type ZeroShotHead } from './head';
import { createPatchSource, type PatchSource } from './patch-source';
import { scoreBatch } from './score';
import { stratifiedOrder } from './statistics/stratified-order';
import { createTally } from './tally';

interface TaskFixture {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  readonly labels: readonly number[];
  readonly head: readonly (readonly number[])[];
}
interface TaskReport {
  readonly accuracy: number;
  readonly loss: number;
  readonly sampleMeanLoss: number;
  readonly predictions: readonly number[];
}
interface Fixture {
  readonly tasks: Readonly<Record<string, TaskFixture>>;
  readonly models: Readonly<
    Record<string, { readonly tasks: Readonly<Record<string, TaskReport>> }>
  >;
}
type Prompts = Readonly<Record<string, { classnames: string[]; templates: string[] }>>;

const fixture = fixtureJson<Fixture>('scoring/expected.json');
const prompts = fixtureJson<Prompts>('scoring/images/tasks.json');
const IMAGES = new URL('../../reference/fixtures/scoring/images/', import.meta.url);
/** No divisor of 40 or 150: the last batch is short. */
const BATCH = 16;

let base: ClipModel;
let experts: ClipModel[];
let tower: VisionTower;
let projection: TensorBuffer;
const heads = new Map<string, ZeroShotHead>();
const pictures = new Map<string, PatchSource>();
const backend = createCpuBackend();

beforeAll(async () => {
  base = await openClip('base', await fixtureFiles('merge/p8-32/base'));
  experts = await Promise.all(
    ['outlines', 'surfaces'].map(async (name) =>
      openClip(name, await fixtureFiles(`merge/p8-32/experts/${name}`), base),
    ),
  );
  const { visualProjection, processor } = base;
  if (!visualProjection || !processor) throw new Error('the fixture is a full CLIP');
  tower = await createVisionTower(base.vision, 32, await wasmEngine(), BATCH);
  projection = await upload(visualProjection);
  for (const [name, task] of Object.entries(fixture.tasks)) {
    const { classnames, templates } = prompts[name] ?? { classnames: [], templates: [] };
    heads.set(name, await computeHead(base, await wasmEngine(), classnames, templates));
    const images = await Promise.all(
      task.images.map(async (path) => ({
        name: path,
        blob: await openAsBlob(new URL(path, IMAGES)),
      })),
    );
    pictures.set(name, createPatchSource(images, processor, base.vision, { left: 1e6 }));
  }
});

/** The weights of one of the fixture's models: `base`, an expert's name, or `merged@<scaling factor>`. */
async function weightsOf(model: string): Promise<ReadonlyMap<string, TensorBuffer>> {
  const pool = openModelPool(
    base,
    experts.map((expert) => ({ model: expert, weight: 1 })),
  );
  const combination = await combine(pool, { method: taskArithmetic }, { backend });
  if (model === 'base') return combination.base;
  const working = allocateWeights(backend, combination.base);
  const expert = experts.find(({ name }) => name === model);
  if (!expert) {
    return mergedWeights(combination, Number(model.replace('merged@', '')), () => working);
  }
  await loadOwnWeights(backend, expert, working);
  return working.buffers;
}

function part<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no ${key}`);
  return value;
}

describe.each(Object.keys(fixture.tasks))('the head of %s', (task) => {
  it('is that of HFCLIPClassifier', () => {
    const expected = fixture.tasks[task]?.head.flat() ?? [];
    const { weights, classes, dimension } = part(heads, task);
    expect([classes, dimension]).toEqual([5, 32]);
    const worst = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (weights[i] ?? Number.NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  });
});

describe.each(Object.keys(fixture.models))('%s scored as FusionBench scores it', (model) => {
  it.each(Object.keys(fixture.tasks))('on %s: predictions, accuracy and loss', async (task) => {
    const expected = fixture.models[model]?.tasks[task];
    const labels = fixture.tasks[task]?.labels ?? [];
    const head = part(heads, task);
    const weights = await weightsOf(model);
    const tally = createTally(labels.length, head.classes);
    const scoring = { patches: part(pictures, task), labels, head, order: stratifiedOrder(labels) };
    while (!tally.complete) {
      await scoreBatch({ tower, weights, projection }, scoring, tally);
    }
    expect(tally.unreadable).toEqual([]);
    expect([...tally.predictions]).toEqual(expected?.predictions);
    // torchmetrics reports float32.
    expect(Math.fround(tally.correct / tally.scored)).toBe(expected?.accuracy);
    expect(tally.loss()).toBeCloseTo(expected?.loss ?? Number.NaN, 5);
    expect(tally.sampleLoss).toBeCloseTo(expected?.sampleMeanLoss ?? Number.NaN, 5);
    expect(tally.perClass.reduce((sum, { scored }) => sum + scored, 0)).toBe(labels.length);
  });
});

describe('an ensemble', () => {
  it.each(Object.keys(fixture.tasks))(
    'answers on %s by the mean of the logits of the real experts',
    async (name) => {
      const { labels = [], images = [] } = fixture.tasks[name] ?? {};
      const head = part(heads, name);
      const own = ['outlines', 'surfaces'].map((model) =>
        fixtureFloats(`scoring/logits/${model}.bin`),
      );
      const names = Object.keys(fixture.tasks);
      const begin = names
        .slice(0, names.indexOf(name))
        .reduce((sum, before) => sum + (fixture.tasks[before]?.images.length ?? 0), 0);
      const mean = (image: number) =>
        Float64Array.from({ length: 5 }, (_, c) => {
          const at = 5 * (begin + image) + c;
          return own.reduce((sum, logits) => sum + (logits[at] ?? Number.NaN), 0) / own.length;
        });
      const expected = images.map((_, i) => classifyLogits(mean(i), labels[i] ?? 0));
      let placed = 0;
      const members = ['outlines', 'surfaces'].map((model) => () => {
        placed++;
        return weightsOf(model);
      });
      const tally = createTally(labels.length, head.classes);
      const scoring = {
        patches: part(pictures, name),
        labels,
        head,
        order: stratifiedOrder(labels),
      };
      let batches = 0;
      for (; !tally.complete; batches++) {
        await scoreBatch({ tower, members, projection, batchesAtOnce: 4 }, scoring, tally);
      }
      expect([...tally.predictions]).toEqual(expected.map(({ prediction }) => prediction));
      for (const [i, { loss }] of expected.entries()) expect(tally.losses[i]).toBeCloseTo(loss, 3);
      // Each expert is brought into place once for four batches, from the first on.
      expect(batches).toBe(Math.ceil(labels.length / (4 * BATCH)));
      expect(placed).toBe(2 * batches);
    },
  );

  it('leaves the tally as it was where it is stopped between two experts', async () => {
    const { labels = [] } = fixture.tasks.outlines ?? {};
    const head = part(heads, 'outlines');
    const controller = new AbortController();
    const members = ['outlines', 'surfaces'].map((model) => async () => {
      const weights = await weightsOf(model);
      if (model === 'surfaces') controller.abort();
      return weights;
    });
    const tally = createTally(labels.length, head.classes);
    const order = stratifiedOrder(labels);
    const scoring = { patches: part(pictures, 'outlines'), labels, head, order };
    await expect(
      scoreBatch({ tower, members, projection }, scoring, tally, controller.signal),
    ).rejects.toThrow('abort');
    expect(tally.next).toBe(0);
  });
});

describe('logits', () => {
  it('are those of HFCLIPClassifier for every picture of the base', async () => {
    const expected = fixtureFloats('scoring/logits/base.bin');
    const weights = await weightsOf('base');
    let at = 0;
    for (const [name, task] of Object.entries(fixture.tasks)) {
      const source = part(pictures, name);
      for (let i = 0; i < task.images.length; i++, at += 5) {
        const input = new Float32Array(BATCH * source.length);
        await source.fill(i, input, 0);
        const embeddings = await tower.encode(input, weights, projection);
        const logits = imageLogits(embeddings.subarray(0, 32), part(heads, name));
        for (let c = 0; c < 5; c++) expect(logits[c]).toBeCloseTo(expected[at + c] ?? 0, 3);
      }
    }
    expect(at).toBe(expected.length);
  });
});

describe('a batch', () => {
  it('passes over a picture that cannot be read and names it', async () => {
    const task = fixture.tasks.outlines;
    if (!task || !base.processor) throw new Error('the fixture has outlines');
    const images = await Promise.all(
      task.images.map(async (path) => ({
        name: path,
        blob: await openAsBlob(new URL(path, IMAGES)),
      })),
    );
    images[3] = { name: 'broken.png', blob: new Blob(['not a picture']) };
    const patches = createPatchSource(images, base.processor, base.vision, { left: 0 });
    const head = part(heads, 'outlines');
    const { labels } = task;
    const tally = createTally(labels.length, head.classes);
    const scoring = { patches, labels, head, order: stratifiedOrder(labels) };
    const weights = await weightsOf('base');
    while (!tally.complete) {
      await scoreBatch({ tower, weights, projection }, scoring, tally);
    }
    expect(tally.unreadable).toEqual([
      { index: 3, reason: expect.stringMatching(/^broken\.png: /) },
    ]);
    expect([tally.scored, tally.total, tally.predictions[3]]).toEqual([39, 39, -1]);
    expect(tally.loss()).not.toBeNull();
  });

  it('fails, and counts nothing, where a picture can no longer be fetched', async () => {
    const { labels } = fixture.tasks.outlines ?? { labels: [] };
    const head = part(heads, 'outlines');
    const tally = createTally(labels.length, head.classes);
    const lost = new StorageError('0.png can no longer be read.');
    const patches = { ...part(pictures, 'outlines'), fill: () => Promise.reject(lost) };
    const scoring = { patches, labels, head, order: stratifiedOrder(labels) };
    const weights = await weightsOf('base');
    await expect(scoreBatch({ tower, weights, projection }, scoring, tally)).rejects.toBe(lost);
    expect([tally.scored, tally.next]).toEqual([0, 0]);
  });

  it('leaves the tally as it was when it is aborted', async () => {
    const { labels } = fixture.tasks.outlines ?? { labels: [] };
    const head = part(heads, 'outlines');
    const tally = createTally(labels.length, head.classes);
    const order = stratifiedOrder(labels);
    const scoring = { patches: part(pictures, 'outlines'), labels, head, order };
    const weights = await weightsOf('base');
    const aborted = AbortSignal.abort();
    await expect(
      scoreBatch({ tower, weights, projection }, scoring, tally, aborted),
    ).rejects.toThrow();
    expect([tally.scored, tally.next]).toEqual([0, 0]);
  });
});
