import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPreprocessing } from '../clip/config/sources';
import { createInputsReader } from '../clip/linear-inputs';
import { fixtureFile, fixtureFiles, fixtureJson, wasmEngine } from '../clip/testing';
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { createPatchSource } from '../taskpool/patch-source';
import { combine } from './combine';
import { mergedFromCombination } from './merged-values';
import type { MethodOptions } from './options';
import { regMean } from './regmean';
import { createCountingBackend } from './testing/counting-backend';
import { openFixturePool } from './testing/fixture-pools';
import { distanceFrom, type MatrixRow } from './testing/matrix-parity';
import type { ExpertInputs } from './types';
import { readVisionTensor } from './vision-tensor';

const { rows, tasks } = fixtureJson<{
  rows: (MatrixRow & { readonly float32IsOffBy: number })[];
  tasks: string[];
}>('methods/regmean.json');

/** All pictures of a task's folders. */
async function picturesOf(task: string) {
  const folder = `scoring/images/${task}`;
  const root = new URL(`../../reference/fixtures/${folder}/`, import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.png')).toSorted();
  return Promise.all(files.map((name) => fixtureFile(`${folder}/${name}`)));
}

/** Inputs as the reference's class has them: of the first expert on the first task's pictures, and so on in turn. */
async function inputsOf(shape: string, { pretrained }: ModelPool): Promise<ExpertInputs> {
  const { vision } = pretrained;
  const processor = await readPreprocessing(
    await fixtureFiles(`merge/${shape}/base`),
    vision.imageSize,
  );
  if (!processor) throw new Error(`${shape} has no processor`);
  const pictures = await Promise.all(tasks.map(picturesOf));
  // 40 pictures in batches of 16, 16 and 8.
  const reader = createInputsReader(vision, await wasmEngine(), 16);
  return {
    begin: async ({ experts }) => ({
      experts: experts.map(({ model }, place) => {
        const own = pictures[place % tasks.length] ?? [];
        const source = createPatchSource(own, processor, vision, { left: 0 });
        const weights = (name: string) => readVisionTensor(model, name);
        const fill = async (...given: Parameters<typeof source.fill>) => {
          await source.fill(...given);
          return true;
        };
        return reader.begin({ pictures: own.length, weights, fill });
      }),
      release: async () => undefined,
    }),
  };
}

const pools = new Map<string, ModelPool>();
const inputs = new Map<string, ExpertInputs>();

beforeAll(async () => {
  for (const shape of new Set(rows.map((row) => row.shape))) {
    const pool = await openFixturePool(shape);
    pools.set(shape, pool);
    inputs.set(shape, await inputsOf(shape, pool));
  }
});

function given(shape: string) {
  const pool = pools.get(shape);
  const own = inputs.get(shape);
  if (!pool || !own) throw new Error(`no pool of shape ${shape}`);
  return { pool, inputs: own };
}

describe('RegMean', () => {
  it.each(rows.map((row) => [row.shape, JSON.stringify(row.options), row] as const))(
    'is FusionBench’s in float64 on %s with %s, nearer than FusionBench in float32',
    async (shape, _, row) => {
      const { pool, inputs: own } = given(shape);
      const backend = createCpuBackend();
      const choice = { method: regMean, options: row.options };
      const combination = await combine(pool, choice, { backend, inputs: own });
      const { largest, differing } = await distanceFrom(row, mergedFromCombination(combination, 1));
      combination.free();
      expect(differing).toEqual([]);
      expect(largest).toBeLessThan(1e-4);
    },
  );

  it('gives back all memory when it is stopped between two layers', async () => {
    const { pool, inputs: own } = given('p8-32');
    const { backend, held } = createCountingBackend();
    const controller = new AbortController();
    let released = 0;
    const stopping: ExpertInputs = {
      async begin(...asked) {
        const { experts } = await own.begin(...asked);
        return {
          experts: experts.map((expert) => ({
            async next(signal: AbortSignal) {
              const grams = await expert.next(signal);
              controller.abort();
              return grams;
            },
          })),
          async release() {
            released++;
          },
        };
      },
    };
    const context = { backend, inputs: stopping, signal: controller.signal };
    await expect(combine(pool, { method: regMean }, context)).rejects.toThrow('aborted');
    expect(held()).toEqual({ elements: 0, counters: 0 });
    expect(released).toBe(1);
  });

  it.each<[MethodOptions, string]>([
    [{}, 'there is no task pool to take them from'],
    [{ exclude_param_names_regex: ['('] }, '"(" is no regular expression'],
    [
      { num_regmean_examples: 0 },
      'num_regmean_examples is 0, but must be a whole number of at least 1',
    ],
  ])('says what it lacks: %o', async (options, message) => {
    const merging = combine(
      given('p8-32').pool,
      { method: regMean, options },
      { backend: createCpuBackend() },
    );
    await expect(merging).rejects.toThrow(message);
  });
});
