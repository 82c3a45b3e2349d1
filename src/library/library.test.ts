/** The public modules, held to what FusionBench made of the same files. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import type { MethodFixture } from '../method/testing/method-parity';
import { RECIPE_KEY, readRecipe } from '../program/recipe';
import { mergeModels, methods, openCheckpoint } from '.';

const POOL = resolve(import.meta.dirname, '../../reference/fixtures/merge/p8-32');
const pretrained = join(POOL, 'base');
const { experts: names } = fixtureJson<{ experts: string[] }>('merge/p8-32/expected.json');
const experts = Object.fromEntries(names.map((name) => [name, join(POOL, 'experts', name)]));
const fixture = fixtureJson<MethodFixture>('methods/expected.json');
const sha256 = (bytes: Uint8Array | Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-library-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('merging', () => {
  const rows = fixture.results.filter(
    ({ shape, method, mask, models, ratios, weightsFile }) =>
      shape === 'p8-32' &&
      /^(Ties|MagMax|SimpleAverage)/.test(method) &&
      !(mask || models || ratios || weightsFile),
  );

  it.each(rows.map((row) => [row.method, JSON.stringify(row.options), row]))(
    'gives the bytes of FusionBench: %s %s',
    async (_name, _options, { method, options, sha256: expected }) => {
      const merged = await mergeModels({ pretrained, experts, method, options });
      const sums = new Map<string, string>();
      for await (const { name, values } of merged.tensors()) sums.set(name, sha256(values));
      const wanted = (fixture.names['p8-32'] ?? []).map((name, i) => [name, expected[i]] as const);
      expect(sums).toEqual(new Map(wanted));
      merged.free();
    },
  );

  it('saves what transformers loads, with the recipe, and says how far it is', async () => {
    const visited: [number, number][] = [];
    const merged = await mergeModels({
      pretrained,
      experts: Object.values(experts),
      options: { scaling_factor: 0.3 },
      onProgress: (done, total) => void visited.push([done, total]),
    });
    const saved = await merged.save(join(folder, 'merged'));
    expect(visited.at(-1)?.[0]).toBe(visited.at(-1)?.[1]);
    const file = await openCheckpoint(join(folder, 'merged'));
    const reference = await openCheckpoint(join(POOL, 'merged-0.3.safetensors'));
    expect(file.tensors.size).toBe(reference.tensors.size);
    for (const [name, tensor] of reference.tensors) {
      const own = file.tensors.get(`vision_model.${name}`);
      expect(own && sha256(await own.read()), name).toBe(sha256(await tensor.read()));
    }
    const recipe = readRecipe('merged', file.metadata.get(RECIPE_KEY) ?? '');
    expect(recipe).toMatchObject({ method: 'TaskArithmeticAlgorithm', scalingFactor: 0.3 });
    expect(recipe.experts.map(({ name }) => name)).toEqual(names);
    expect(JSON.parse(readFileSync(saved.config, 'utf8'))).toMatchObject({
      model_type: 'clip_vision_model',
    });
  });

  it('replaces nothing that it reads', async () => {
    cpSync(pretrained, join(folder, 'base'), { recursive: true });
    const merged = await mergeModels({
      pretrained: join(folder, 'base/model.safetensors'),
      experts,
    });
    await expect(merged.save(join(folder, 'base'))).rejects.toThrow(
      /is read from\. Save the merged model/,
    );
  });

  it('says what is wrong', async () => {
    const merge = (more: object) => mergeModels({ pretrained, experts, ...more });
    await expect(merge({ method: 'ties_mergin' })).rejects.toThrow(
      'There is no method ties_mergin here. Did you mean ties_merging?',
    );
    await expect(merge({ options: { scale: 1 } })).rejects.toThrow(
      'TaskArithmeticAlgorithm has no option scale',
    );
    await expect(merge({ options: { scaling_factor: 'much' } })).rejects.toThrow(
      'TaskArithmeticAlgorithm: scaling_factor has to be a finite number.',
    );
    await expect(merge({ experts: [join(POOL, '../p16-48/base')] })).rejects.toMatchObject({
      name: 'CompatibilityError',
    });
    await expect(merge({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

it('a checkpoint is its tensors, read when they are asked for', async () => {
  const { format, tensors } = await openCheckpoint(join(POOL, 'merged-0.3.safetensors'));
  const [tensor] = tensors.values();
  expect([format, tensor?.dtype]).toEqual(['safetensors', 'F32']);
  const bytes = await tensor?.read();
  expect(bytes?.byteLength).toBe(tensor?.byteLength);
  expect(await tensor?.readFloat32()).toEqual(new Float32Array(new Uint8Array(bytes ?? []).buffer));
  await expect(openCheckpoint(join(POOL, 'expected.json'))).rejects.toMatchObject({
    name: 'FormatError',
  });
  await expect(openCheckpoint(join(POOL, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('methods are described with their options', () => {
  const ties = methods.find(({ configuration }) => configuration === 'ties_merging');
  expect(ties).toMatchObject({ name: 'TiesMergingAlgorithm', takes: 'base and experts' });
  expect(ties?.options).toContainEqual(
    expect.objectContaining({ name: 'threshold', kind: 'number', default: 20, min: 0, max: 100 }),
  );
});
