import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import { fixtureJson } from '../clip/testing';
import type { LayerFactors } from '../method/layers/factors';
import { freshStoreName } from '../storage/test-support';
import type { ExportedFile } from './api';
import { layersView, wantedLayers, withPlannedLayers } from './layers';
import { NO_RECORDS } from './records';
import { addPool, openStudio, type TestStudio } from './testing/drops';
import { fakeOrt } from './testing/fake-ort';
import { microFiles } from './testing/micro';
import { openMicro } from './testing/micro-models';
import { engineValue, poolOf } from './testing/values';

const studios: TestStudio[] = [];
afterEach(async () => {
  for (const studio of studios.splice(0)) await studio.close();
});

async function open(store = freshStoreName()): Promise<TestStudio> {
  const studio = await openStudio(store, fakeOrt(async () => undefined).load);
  studios.push(studio);
  return studio;
}

const VISION = { content: 'vision', dtype: 'base', zip: false } as const;

async function hashesOf({ name, file }: ExportedFile): Promise<Record<string, string>> {
  const { tensors } = await openSafetensors({ name, blob: file });
  const hashes: Record<string, string> = {};
  for (const [key, tensor] of tensors) {
    const digest = await crypto.subtle.digest('SHA-256', await tensor.read());
    hashes[key.replace('vision_model.', '')] = Buffer.from(digest).toString('hex');
  }
  return hashes;
}

async function recipeOf({ name, file }: ExportedFile): Promise<{ layers?: LayerFactors }> {
  const { metadata } = await openSafetensors({ name, blob: file });
  return JSON.parse(metadata.get('task_arithmetic_recipe') ?? '');
}

describe('a merged model with layer factors', () => {
  interface Fixture {
    readonly scaling_factor: number;
    readonly factors: LayerFactors;
    readonly tensors: Readonly<Record<string, string>>;
  }
  const fixture = fixtureJson<Fixture>('merge/p8-32/layers.json');
  const flat = fixtureJson<{ scaling_factors: Record<string, Record<string, string>> }>(
    'merge/p8-32/expected.json',
  ).scaling_factors['0.3'];

  it('has the bytes of PyTorch, says so in its recipe, and brings them back', async () => {
    const store = freshStoreName();
    const studio = await open(store);
    const { engine } = studio;
    await addPool(studio);
    await engine.setScalingFactor(fixture.scaling_factor);
    const plain = await engine.exportModel('plain', VISION);
    expect(await hashesOf(plain)).toEqual(flat);
    expect(await recipeOf(plain)).not.toHaveProperty('layers');

    await engine.setLayers(fixture.factors);
    expect(studio.state().layers.preset).toBeNull();
    const exported = await engine.exportModel('layered', VISION);
    expect(await hashesOf(exported)).toEqual(fixture.tensors);
    const set = studio.state().merge.layers;
    expect((await recipeOf(exported)).layers).toEqual(set);

    await engine.setLayers('flat');
    expect(studio.state().layers.preset).toBe('flat');
    expect(await hashesOf(await engine.exportModel('flat', VISION))).toEqual(flat);

    const dropped = { path: 'm.safetensors', file: new File([exported.file], 'm.safetensors') };
    await engine.addCheckpoints('merged', [dropped], 'user');
    const merged = studio.state().pool.models.find(({ name }) => name === 'm');
    await engine.restoreRecipe(merged?.id ?? '');
    expect(studio.state().merge.layers).toEqual(set);
    // Another visit finds them, too.
    expect((await open(store)).state().merge.layers).toEqual(set);

    await engine.setMethod('SimpleAverageAlgorithm', {});
    expect(await recipeOf(await engine.exportModel('mean', VISION))).not.toHaveProperty('layers');
  });
});

describe('scores with layer factors', () => {
  const complete = (studio: TestStudio) =>
    studio.until(({ scores }) => scores.phase === 'complete');

  it('are a curve of their own, and those without come back as they were', async () => {
    const files = await microFiles();
    const store = freshStoreName();
    const studio = await open(store);
    const { engine } = studio;
    const models = ['base', 'alpha', 'beta'].flatMap((name) => files.models[name] ?? []);
    await engine.addCheckpoints('models', models, 'user');
    await engine.addTaskImages('pictures', files.tasks.pairs ?? [], 'user');
    const first = await complete(studio);
    expect(first.scores.curve).toHaveLength(1);

    await engine.setLayers({ 'layers.0.mlp': 0 });
    const layered = await complete(studio);
    expect(layered.scores.curve).toHaveLength(1);
    await engine.setScalingFactor(1.5);
    await complete(studio);
    expect(studio.state().scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([
      0.7, 1.5,
    ]);

    await engine.setScalingFactor(0.7);
    await complete(studio);
    await engine.setLayers('flat');
    expect((await complete(studio)).scores.curve).toEqual(first.scores.curve);
    await studio.close();
    studios.pop();

    // Kept, each for itself.
    const again = await open(store);
    expect((await complete(again)).scores.curve).toHaveLength(1);
    await again.engine.setLayers({ 'layers.0.mlp': 0 });
    expect(again.state().scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([
      0.7, 1.5,
    ]);
  });
});

describe('layer factors that are set', () => {
  const value = async () => {
    const { base, alpha, beta } = (await openMicro()).models;
    return engineValue({ pool: poolOf(base, { alpha, beta }) });
  };

  it('are kept as the base has them, and as they are where there is none', async () => {
    const given = { post: 1, embeddings: 0.5, 'layers.9.mlp': 0 };
    expect(wantedLayers(given, await value())).toEqual({ embeddings: 0.5 });
    expect(wantedLayers(given, engineValue({}))).toEqual(given);
  });

  it('are a preset’s for that many experts, and are known by it', async () => {
    const standing = await value();
    const layers = wantedLayers('lines', standing);
    expect(layers.embeddings).toBe(0.5);
    expect(layersView({ ...standing, layers })).toMatchObject({ preset: 'lines', own: {} });
    const [base, alpha] = standing.pool.models;
    const alone = { ...standing.pool, models: base && alpha ? [base, alpha] : [] };
    expect(layersView({ pool: alone, layers }).preset).toBeNull();
  });

  it('are refused where they are no number, and by a name that there is not', async () => {
    const standing = await value();
    expect(() => wantedLayers({ post: Number.POSITIVE_INFINITY }, standing)).toThrow(
      'The layer factor of post is a finite number, not Infinity.',
    );
    // What comes from another thread is no more than a text.
    expect(() => wantedLayers('rampe' as 'ramp', standing)).toThrow(
      'There is no preset rampe of layer factors; there are flat, ramp, lines, attention, mlp, middle.',
    );
  });

  it('are shown by group, with the names of tensors that differ from theirs', async () => {
    const standing = await value();
    const own = 'encoder.layers.0.mlp.fc1.bias';
    const layers = { 'layers.0.mlp': 0.25, [own]: 2 };
    const view = layersView({ ...standing, layers });
    expect(view.depth).toBeGreaterThan(0);
    expect(view.groups).toMatchObject({ embeddings: 1, 'layers.0.mlp': 0.25, post: 1 });
    expect(view.own).toEqual({ 'layers.0.mlp': [own] });
    expect(layersView(engineValue({ layers }))).toEqual({
      depth: 0,
      groups: {},
      own: {},
      preset: 'flat',
    });
  });

  it('are planned by a configuration for the base that it finds', async () => {
    const standing = await value();
    const records = { ...NO_RECORDS, baseId: 'base', layers: { post: 3 } };
    const rules = [{ tensors: 'mlp', factor: 0.5 }];
    const planned = { plan: { kind: 'rules', rules }, experts: [] } as const;
    expect(withPlannedLayers(records, planned, standing).layers['layers.0.mlp']).toBe(0.5);
    expect(withPlannedLayers(records, { experts: [] }, standing)).toBe(records);
  });
});
