import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { NamedBlob } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { combine } from '../../method/combine';
import { createMatrixJobsHere } from '../../method/matrices/jobs';
import { openModelPool } from '../../modelpool/judge';
import type { CardFigures } from '../../program/export/card-files';
import { RECIPE_KEY, readRecipe } from '../../program/recipe';
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { Library } from '../../storage/types';
import { memoryCache } from '../../taskpool/heads/testing';
import { zipEntries } from '../../taskpool/images/zip-entries';
import type { ExportOptions } from '../api';
import { hashHere } from '../pool/hashing-threads';
import { createScoreBook } from '../scoring/book';
import { keyText } from '../scoring/keys';
import { createLoop } from '../scoring/loop';
import { columns, type Unit } from '../scoring/plan';
import { mergeInputs } from '../scoring/readiness';
import { createWorkspace, type Workspace } from '../scoring/workspace';
import { fakeRuntime } from '../testing/fake-runtime';
import { testJob } from '../testing/jobs';
import { type Micro, microInputs, openMicro } from '../testing/micro-models';
import { demand } from '../testing/scoring';
import { newLibrary } from '../testing/stored';
import { engineValue, MEASURED, poolOf } from '../testing/values';
import type { EngineValue, Pool } from '../value';
import { type ExportContext, exportModel } from './merged-model';

let micro: Micro;
let value: EngineValue;

const blobs = (name: string): NamedBlob<Blob>[] =>
  (micro.files.models[name] ?? []).map(({ file }) => ({ name: file.name, blob: file }));

/** Base and experts with their files, as the library opens them. */
function stored(base: string, ...experts: readonly ('alpha' | 'beta')[]): Pool {
  const clip = (name: string) => (micro.models as Record<string, ClipModel>)[name] as ClipModel;
  const opened = (name: string, against: string | null) => ({
    opened: { against, files: blobs(name), model: clip(name) },
  });
  return poolOf(
    clip(base),
    Object.fromEntries(experts.map((name) => [name, clip(name)])),
    Object.fromEntries([
      ['base', { ...opened(base, null), name: base, facts: { nonFinite: {}, taskVectors: {} } }],
      ...experts.map((name) => [
        name,
        { ...opened(name, 'base'), facts: { taskVectors: { base: MEASURED } } },
      ]),
    ]),
  );
}

beforeAll(async () => {
  micro = await openMicro();
  value = engineValue({ pool: stored('base', 'alpha', 'beta'), chosenFactor: 0.5 });
});

const VISION: ExportOptions = { content: 'vision', dtype: 'base', zip: false };

function write(
  changes: Partial<ExportContext> = {},
  options: Partial<ExportOptions> = {},
  job = testJob(),
  library = newLibrary(),
) {
  const context: ExportContext = {
    value,
    workspace: null,
    version: '9.9',
    learn: vi.fn(),
    hasher: hashHere,
    onUnsummed: vi.fn(),
    ...changes,
  };
  return exportModel(library, context, { ...VISION, ...options }, job);
}

/** A library whose disk takes its time, so that whatever else can go on does. */
function slowLibrary(): Library {
  const library = newLibrary();
  async function* slowed(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield chunk;
    }
  }
  return {
    ...library,
    scratchFile: (name, chunks, options) => library.scratchFile(name, slowed(chunks), options),
  };
}

const bytesOf = async (blob: Pick<Blob, 'arrayBuffer'>) => Buffer.from(await blob.arrayBuffer());

/** An engine that holds the combination of this value, in the numbers of that one. */
async function holding(of: EngineValue, numbers: EngineValue, exact = true) {
  const inputs = mergeInputs(numbers.pool, numbers.tasks, numbers.method, numbers.layers);
  const key = mergeInputs(of.pool, of.tasks, of.method, of.layers)?.key;
  if (!inputs || !key) throw new Error('nothing is merged');
  const combination = await combine(
    openModelPool(inputs.base.model, inputs.experts),
    inputs.method,
    { backend: createCpuBackend() },
  );
  const asked = vi.fn();
  const workspace = {
    runtime: { exactness: { exact } },
    exclusive: (work: () => Promise<unknown>) => work(),
    residence(wanted: object) {
      asked();
      return keyText(wanted) === keyText(key) ? { combination } : null;
    },
  };
  return { workspace: workspace as unknown as Workspace, asked };
}

describe('the merged model', () => {
  it('is a vision tower with its recipe, and sums that were computed for it', async () => {
    const learn = vi.fn();
    const job = testJob();
    const { file } = await write({ learn }, {}, job);
    expect(file.name).toBe('model.safetensors');
    const { tensors, metadata } = await openSafetensors({ name: file.name, blob: file });
    const names = [...tensors.keys()];
    expect(names.every((name) => name.startsWith('vision_model.'))).toBe(true);
    expect(names).toHaveLength(micro.models.base.visionTensors.size);
    const recipe = readRecipe('x', metadata.get(RECIPE_KEY) ?? '');
    expect(recipe).toMatchObject({ scalingFactor: 0.5, programVersion: '9.9' });
    expect(
      [recipe.pretrained, ...recipe.experts].map(({ name, sha256 }) => [name, sha256]),
    ).toEqual(['base', 'alpha', 'beta'].map((name) => [name, micro.files.sums[name]]));
    expect(learn.mock.calls).toEqual(
      ['base', 'alpha', 'beta'].map((id) => [id, { sha256: micro.files.sums[id] }]),
    );
    expect(job.reports.slice(0, 3)).toEqual(
      ['base', 'alpha', 'beta'].map((name) => [`SHA-256 of ${name}`, 1]),
    );
    const shares = job.reports.slice(3).map(([label, share]) => {
      expect(label).toBe('Writing the merged model');
      return share ?? 0;
    });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('computes no sum that is known, nor one of a model that is left out', async () => {
    const learn = vi.fn();
    const pool = {
      ...value.pool,
      models: value.pool.models.map((model) =>
        model.id === 'beta'
          ? { ...model, included: false }
          : { ...model, facts: { ...model.facts, sha256: `${model.id} sum` } },
      ),
    };
    const { file } = await write({ value: { ...value, pool }, learn });
    const { metadata } = await openSafetensors({ name: file.name, blob: file });
    expect(JSON.parse(metadata.get(RECIPE_KEY) ?? '')).toMatchObject({
      pretrained: { sha256: 'base sum' },
      experts: [{ name: 'alpha', sha256: 'alpha sum' }],
    });
    expect(learn).not.toHaveBeenCalled();
  });

  it('waits for no sums that take long: it has sizes in their place, and says so', async () => {
    const [learn, onUnsummed] = [vi.fn(), vi.fn()];
    const pool = {
      ...value.pool,
      models: value.pool.models.map((model) => {
        if (model.id === 'alpha') {
          return { ...model, facts: { ...model.facts, sha256: 'a'.repeat(64) } };
        }
        return { ...model, bytes: 60_000_000 };
      }),
    };
    const { file } = await write({ value: { ...value, pool }, learn, onUnsummed });
    const { metadata } = await openSafetensors({ name: file.name, blob: file });
    const { pretrained, experts } = readRecipe('x', metadata.get(RECIPE_KEY) ?? '');
    expect([pretrained, ...experts]).toEqual([
      { name: 'base', weight: 1, sha256: null, bytes: 60_000_000 },
      { name: 'alpha', weight: 1, sha256: 'a'.repeat(64) },
      { name: 'beta', weight: 1, sha256: null, bytes: 60_000_000 },
    ]);
    expect(onUnsummed.mock.calls).toEqual([[['base', 'beta']]]);
    expect(learn).not.toHaveBeenCalled();
  });

  it('waits for what little is left of sums that were begun', async () => {
    const onUnsummed = vi.fn();
    const hash = { bytesDone: 59_000_000, state: '' };
    const pool = {
      ...value.pool,
      models: value.pool.models.map((model) => ({
        ...model,
        bytes: 60_000_000,
        facts: { ...model.facts, partialHash: hash },
      })),
    };
    // Asked for, though these files are too short to go on there.
    await expect(write({ value: { ...value, pool }, onUnsummed })).rejects.toThrow(RangeError);
    expect(onUnsummed).not.toHaveBeenCalled();
  });

  it.each(['TaskArithmeticAlgorithm', 'TiesMergingAlgorithm', 'SimpleAverageAlgorithm'])(
    'has the same bytes from the engine’s memory and from the files: %s',
    async (name) => {
      const chosen = { ...value, method: { name, options: {} } };
      const { workspace, asked } = await holding(chosen, chosen);
      const [resident, files] = [
        await write({ value: chosen, workspace }),
        await write({ value: chosen }),
      ];
      expect(asked).toHaveBeenCalled();
      expect(Buffer.compare(await bytesOf(resident.file), await bytesOf(files.file))).toBe(0);
    },
  );

  it('is taken from the engine’s memory only where that is exact, and holds this very combination', async () => {
    // Told apart by numbers that are wrong: those of one expert alone.
    const wrong = engineValue({ pool: stored('base', 'alpha'), chosenFactor: 0.5 });
    const right = await bytesOf((await write()).file);
    const same = async (workspace: Workspace) =>
      Buffer.compare(await bytesOf((await write({ workspace })).file), right) === 0;
    expect(await same((await holding(value, wrong)).workspace)).toBe(false);
    const inexact = await holding(value, wrong, false);
    expect(await same(inexact.workspace)).toBe(true);
    expect(inexact.asked).not.toHaveBeenCalled();
    expect(await same((await holding(wrong, wrong)).workspace)).toBe(true);
  });

  it('stops between two tensors', async () => {
    for (const workspace of [null, (await holding(value, value)).workspace]) {
      const job = testJob((label) => {
        if (label === 'Writing the merged model') job.stop();
      });
      await expect(write({ workspace }, {}, job)).rejects.toMatchObject({ name: 'AbortError' });
    }
  });

  it.each(['written', 'cancelled'])('has scoring wait until it is %s', async (end) => {
    const { runtime, ort } = await fakeRuntime();
    const workspace = createWorkspace(runtime, memoryCache());
    const counted: Unit[] = [];
    const all = demand(microInputs(micro), 0.5);
    const loop = createLoop(workspace, createScoreBook(), {
      onPreparing: () => undefined,
      onCounted: (unit) => void counted.push(unit),
      onComplete: async () => undefined,
      onFailure: (error) => expect.unreachable(error.message),
    });
    loop.demand(all);
    await vi.waitUntil(() => counted.length > 0, { interval: 1 });
    const runs = new Set<number>();
    const job = testJob((label) => {
      if (label !== 'Writing the merged model') return;
      runs.add(ort.pictureRuns());
      if (end === 'cancelled' && job.reports.length > 6) job.stop();
    });
    const writing = write({ workspace }, {}, job, slowLibrary());
    if (end === 'written') await writing;
    else await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect(runs.size).toBe(1);
    expect(Math.max(...runs)).toBeLessThan([...columns(all, 'cpu')].flat().length);
    await loop.idle();
    expect(counted).toHaveLength([...columns(all, 'cpu')].flat().length);
  });

  it('does not begin where it is cancelled before it has the engine', async () => {
    const { workspace } = await holding(value, value);
    const job = testJob();
    const exclusive: Workspace['exclusive'] = async (work) => {
      job.stop();
      return work();
    };
    await expect(write({ workspace: { ...workspace, exclusive } }, {}, job)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(job.reports.map(([label]) => label)).not.toContain('Writing the merged model');
  });

  it('is the whole CLIP where that is wanted', async () => {
    const { file } = await write({}, { content: 'clip', dtype: 'F16' });
    const { tensors } = await openSafetensors({ name: file.name, blob: file });
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining(['visual_projection.weight', 'logit_scale']),
    );
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  });
});

describe('a zip of the merged model', () => {
  const entries = async (options: Partial<ExportOptions>, changes: Partial<ExportContext> = {}) => {
    const { file } = await write(changes, { ...options, zip: true });
    const found = await zipEntries({ name: file.name, blob: file });
    return { file, found, read: async (i: number) => (await found[i]?.read()) ?? new Blob() };
  };

  it('has the configuration and a card beside the weights', async () => {
    const { file, found, read } = await entries({ dtype: 'BF16' });
    expect(file.name).toBe('merged-model.zip');
    expect(found.map(({ name }) => name)).toEqual([
      'config.json',
      'model.safetensors',
      'README.md',
    ]);
    expect(await (await read(2)).text()).toContain('# alpha + beta on base');
    expect(JSON.parse(await (await read(0)).text())).toMatchObject({
      architectures: ['CLIPVisionModel'],
      dtype: 'bfloat16',
    });
    const lone = await write({}, { dtype: 'BF16' });
    expect(await bytesOf(await read(1))).toEqual(await bytesOf(lone.file));
  });

  it('says the element type of the base where that is kept', async () => {
    const { read } = await entries({});
    expect(JSON.parse(await (await read(0)).text())).toMatchObject({ dtype: 'float32' });
  });

  it('of a whole CLIP has what prepares pictures and prompts as well', async () => {
    const { found, read } = await entries({ content: 'clip' });
    expect(found.map(({ name }) => name)).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
      'tokenizer.json',
      'README.md',
    ]);
    const original = blobs('base').find(({ name }) => name === 'tokenizer.json');
    expect(await bytesOf(await read(3))).toEqual(await bytesOf(original?.blob ?? new Blob()));
  });

  it('has what was measured in its card, and the curve beside it', async () => {
    const accuracy = { n: 40, correct: 30, accuracy: 0.75, interval: [0.6, 0.86] as const };
    const rows = [0, 0.5, 1].map((scalingFactor) => ({ scalingFactor, accuracy: 0.5 }));
    const figures: CardFigures = {
      scores: { merged: [{ task: 'pets', ...accuracy }], pretrained: [], expert: [] },
      curve: { rows, of: 'to report on' },
    };
    const { found, read } = await entries({}, { figures });
    expect(found.map(({ name }) => name).slice(2)).toEqual([
      'README.md',
      'accuracy_by_scaling_factor.svg',
    ]);
    expect(await (await read(2)).text()).toContain('| pets | 40 | 0.7500 | 0.6000 to 0.8600 |');
    expect(await (await read(3)).text()).toContain('<polyline');
  });

  it.each([
    ['openclip', 'clip', ['open_clip_config.json', 'open_clip_model.safetensors', 'README.md']],
    ['onnx', 'vision', ['preprocessor_config.json', 'model.onnx', 'README.md']],
    ['lora', 'clip', ['adapter_config.json', 'adapter_model.safetensors', 'README.md']],
  ] as const)('has the files of its format: %s', async (format, content, expected) => {
    const { found } = await entries({ format, content, rank: 2 });
    expect(found.map(({ name }) => name)).toEqual(expected);
  });

  it('is what a LoRA comes in, whose decomposition is told of', async () => {
    const job = testJob();
    const { file } = await write({}, { format: 'lora', rank: 2 }, job);
    expect(file.name).toBe('merged-model.zip');
    expect(job.reports).toContainEqual(['Decomposing the merged vector', 1]);
    expect((await write({}, { format: 'onnx' })).file.name).toBe('model.onnx');
  });

  it('of a method of whole matrices is a LoRA of them, worked on in the same threads', async () => {
    const matrices = createMatrixJobsHere();
    const method = { name: 'ISO_C_Merge', options: {} };
    const changed = { value: { ...value, method }, matrices };
    const { file } = await write(changed, { format: 'lora', rank: 2 });
    expect(file.name).toBe('merged-model.zip');
  });

  it('is as large as it said that it would be', async () => {
    const job = testJob();
    const { file } = await write({}, { content: 'clip', zip: true }, job);
    expect(job.reports.at(-1)).toEqual(['Writing the merged model', 1]);
    expect(file.size).toBeGreaterThan(1000);
  });
});

describe('nothing is written', () => {
  const refused = async (changed: Partial<EngineValue>, options: Partial<ExportOptions> = {}) =>
    write({ value: { ...value, ...changed } }, options).then(
      () => 'written',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  const NOTHING =
    'CompatibilityError: There is nothing to merge: the pool needs a base and an expert that fits it.';

  it('without a base, without an expert, and of what cannot be opened', async () => {
    expect(await refused({ pool: { ...value.pool, baseId: null } })).toBe(NOTHING);
    expect(await refused({ pool: stored('base') })).toBe(NOTHING);
    const [first, ...others] = value.pool.models;
    if (!first) throw new Error('the pool is empty');
    const unopened = { ...first, opened: { against: null, files: [], failure: 'Damaged.' } };
    expect(await refused({ pool: { ...value.pool, models: [unopened, ...others] } })).toBe(NOTHING);
  });

  it('where the method does not take so many experts', async () => {
    const method = { name: 'SlerpMergeAlgorithm', options: {} };
    expect(await refused({ method, pool: stored('base', 'alpha', 'beta') })).not.toContain(NOTHING);
    const three = {
      ...value.pool,
      models: [
        ...value.pool.models,
        ...value.pool.models.slice(1, 2).map((model) => ({ ...model, id: 'third' })),
      ],
    };
    expect(await refused({ method, pool: three })).toContain('SlerpMergeAlgorithm takes');
  });

  it('of a whole CLIP where the base is a vision tower alone', async () => {
    const pool = stored('alpha', 'beta');
    expect(await refused({ pool }, { content: 'clip' })).toBe(
      'CompatibilityError: alpha is a vision tower alone; only "vision tower" can be downloaded from it.',
    );
    expect(await refused({ pool })).toBe('written');
  });
});
