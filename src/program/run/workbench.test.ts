import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFloat32 } from '../../checkpoint/dtype';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import { openClip } from '../../clip/open';
import { fixtureJson, relativeError } from '../../clip/testing';
import { findMethod } from '../../method/registry';
import { sha256 } from '../../method/testing/sha256';
import { findModelFolder } from '../../modelpool/sources/find-folder-node';
import { readConfig } from '../config/program/read-program';
import { RECIPE_KEY, readRecipe } from '../recipe';
import type { RunListener } from './messages';
import { openScoringClip } from './open-models-node';
import { createWorkbench } from './workbench-node';

const PROJECT = resolve(import.meta.dirname, '../../..');
const POOL = 'reference/fixtures/merge/p8-32';
const SURROUNDINGS = { cwd: PROJECT, env: {} };

/** A tensor that the adapter changes. */
const LINEAR = 'encoder.layers.0.self_attn.q_proj.weight';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Models = Readonly<Record<string, string>>;
const ALL: Models = {
  _pretrained_: `${POOL}/base`,
  outlines: `${POOL}/experts/outlines`,
  surfaces: `${POOL}/experts/surfaces`,
};

/** A program that merges and scores nothing. */
function program(method: object, models: object = ALL, layers: object | string | null = null) {
  const config = {
    method,
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
    layers,
  };
  // JSON is YAML.
  return readConfig(JSON.stringify(config));
}

const taskArithmetic = (scalingFactor: number) => ({
  _target_: 'fusion_bench.method.TaskArithmeticAlgorithm',
  scaling_factor: scalingFactor,
});

/** How a configuration asks for a method, with what FusionBench must be told besides. */
function asked(method: string): object {
  const configName = findMethod(method)?.configName;
  if (configName === undefined) return { _target_: `fusion_bench.method.${method}` };
  return { name: configName, tie_weights: true, strict: false };
}

const silent: RunListener = { progress: () => undefined, note: () => undefined };

async function save(
  method: object,
  models: object = ALL,
  runsOnce = false,
  layers: object | string | null = null,
): Promise<string> {
  const { signal } = new AbortController();
  const workbench = createWorkbench(SURROUNDINGS, silent, signal, { runsOnce });
  const model = join(folder, 'model');
  try {
    const outputs = {
      logDir: folder,
      report: null,
      model,
      comparison: null,
      relations: null,
      predictions: null,
    };
    await workbench.run(program(method, models, layers), outputs);
  } finally {
    await workbench.dispose();
  }
  return model;
}

/** SHA-256 of every tensor of a saved model, by canonical name. */
async function savedHashes(path: string): Promise<Record<string, string>> {
  const { files } = await findModelFolder(path, SURROUNDINGS);
  const { visionTensors } = await openClip('merged', files);
  const hashes: Record<string, string> = {};
  for (const [name, tensor] of visionTensors)
    hashes[name] = await sha256(await readFloat32(tensor));
  return hashes;
}

interface MergeFixture {
  readonly base: Readonly<Record<string, { readonly sha256: string }>>;
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
interface MethodsFixture {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly results: readonly {
    readonly shape: string;
    readonly method: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly models?: readonly string[];
    readonly mask?: string;
    readonly ratios?: unknown;
    readonly coefficients?: unknown;
    readonly sha256: readonly string[];
  }[];
}
const merge = fixtureJson<MergeFixture>('merge/p8-32/expected.json');
const methods = fixtureJson<MethodsFixture>('methods/expected.json');

describe('coefficients in a file', () => {
  it('are read from where the command is called, and give FusionBench’s bytes', async () => {
    const row = methods.results.find(
      ({ shape, method }) => shape === 'p8-32' && method === 'CLIPLayerWiseAdaMergingAlgorithm',
    );
    const weights = 'reference/fixtures/methods/merging_weights-p8-32.pt';
    const method = { ...asked('CLIPLayerWiseAdaMergingAlgorithm'), clamp_weights: false, weights };
    const hashes = await savedHashes(await save(method));
    expect(methods.names['p8-32']?.map((name) => hashes[name])).toEqual(row?.sha256);
    await expect(save({ ...method, weights: 'nowhere.pt' })).rejects.toThrow(
      /^method\.weights: .*nowhere\.pt cannot be read/,
    );
  });
});

describe('TaskVectorCosSimilarity', () => {
  it('writes its table and its figure, and saves the pretrained model', async () => {
    const method = { _target_: 'fusion_bench.method.TaskVectorCosSimilarity', plot_heatmap: true };
    const workbench = createWorkbench(SURROUNDINGS, silent, new AbortController().signal);
    const model = join(folder, 'model');
    const relations = join(folder, 'tables');
    const outputs = {
      logDir: folder,
      report: null,
      model,
      comparison: null,
      relations,
      predictions: null,
    };
    const { relationsFolder } = await workbench.run(program(method), outputs);
    await workbench.dispose();
    expect(relationsFolder).toBe(relations);
    expect(readdirSync(relations).sort()).toEqual([
      'task_vector_cos_similarity.csv',
      'task_vector_cos_similarity.svg',
    ]);
    const table = join(relations, 'task_vector_cos_similarity.csv');
    const [head, first] = readFileSync(table, 'utf8').split('\n');
    expect(head).toBe(',outlines,surfaces');
    expect(first).toMatch(/^outlines,1\.0,-?0\.\d+$/);
    const base = Object.entries(merge.base).map(([name, { sha256: sum }]) => [name, sum]);
    expect(await savedHashes(model)).toEqual(Object.fromEntries(base));
  });
});

describe('the saved model', () => {
  it.each(Object.keys(merge.scaling_factors))('has FusionBench’s bytes at %s', async (factor) => {
    for (const runsOnce of [false, true]) {
      const path = await save(taskArithmetic(Number(factor)), ALL, runsOnce);
      expect(readdirSync(path).sort()).toEqual(['README.md', 'config.json', 'model.safetensors']);
      expect(await savedHashes(path)).toEqual(merge.scaling_factors[factor]);
    }
  });

  it('has PyTorch’s bytes with a factor for every tensor, and a recipe that says so', async () => {
    const { scaling_factor, factors, tensors } = fixtureJson<{
      scaling_factor: number;
      factors: Record<string, number>;
      tensors: Record<string, string>;
    }>('merge/p8-32/layers.json');
    const layers = Object.fromEntries(
      Object.entries(factors).map(([name, factor]) => [`^vision_model\\.${name}$`, factor]),
    );
    for (const runsOnce of [false, true]) {
      const path = await save(taskArithmetic(scaling_factor), ALL, runsOnce, layers);
      expect(await savedHashes(path)).toEqual(tensors);
      const blob = new Blob([readFileSync(join(path, 'model.safetensors'))]);
      const { metadata } = await openSafetensors({ name: 'model.safetensors', blob });
      const recipe = readRecipe(path, metadata.get(RECIPE_KEY) ?? '');
      expect(recipe.layers?.['layers.0.mlp']).toBeTypeOf('number');
    }
    const flat = await save(taskArithmetic(scaling_factor), ALL, false, 'flat');
    expect(await savedHashes(flat)).toEqual(merge.scaling_factors[scaling_factor]);
    await expect(save(taskArithmetic(0.3), ALL, true, { atention: 0 })).rejects.toThrow(
      'layers: atention is found in the name of no tensor that is merged.',
    );
  });

  it('has the layer factors of its own run, also where the combination is that of the run before', async () => {
    const workbench = createWorkbench(SURROUNDINGS, silent, new AbortController().signal);
    const saved: Record<string, string>[] = [];
    for (const layers of ['flat', 'attention', 'flat']) {
      const model = join(folder, layers);
      const outputs = {
        logDir: folder,
        report: null,
        model,
        comparison: null,
        relations: null,
        predictions: null,
      };
      await workbench.run({ ...program(taskArithmetic(0.3), ALL, layers) }, outputs);
      saved.push(await savedHashes(model));
    }
    await workbench.dispose();
    expect(saved[0]).toEqual(merge.scaling_factors['0.3']);
    expect(saved[1]?.[LINEAR]).toBe(saved[0]?.[LINEAR]);
    expect(saved[1]?.['post_layernorm.weight']).toBe(merge.base['post_layernorm.weight']?.sha256);
    expect(saved[2]).toEqual(saved[0]);
  });

  // Of others the sums of torch or its draws decide the last bits; they are held to it where these can be given.
  const exact = methods.results.filter(
    ({ shape, method, mask, ratios, coefficients }) =>
      shape === 'p8-32' && method.endsWith('Algorithm') && !mask && !ratios && !coefficients,
  );
  it.each(exact.map((row) => [row.method, JSON.stringify(row.options), row] as const))(
    'has FusionBench’s bytes for %s %s',
    async (method, _, { options, models, sha256 }) => {
      const chosen = models && Object.fromEntries(models.map((name) => [name, ALL[name]]));
      const path = await save({ ...asked(method), ...options }, chosen);
      const names = methods.names['p8-32'] ?? [];
      expect(await savedHashes(path)).toEqual(
        Object.fromEntries(names.map((name, place) => [name, sha256[place]])),
      );
    },
  );

  it('is the pretrained model to the last bit where nothing is merged', async () => {
    const own = Object.entries(merge.base).map(([name, { sha256 }]) => [name, sha256]);
    for (const runsOnce of [false, true]) {
      const path = await save({ _target_: 'fusion_bench.method.DummyAlgorithm' }, ALL, runsOnce);
      expect(await savedHashes(path)).toEqual(Object.fromEntries(own));
    }
  });

  it('of an average needs no pretrained model', async () => {
    const average = { _target_: 'fusion_bench.method.SimpleAverageAlgorithm' };
    const { _pretrained_: _, ...experts } = ALL;
    const without = await savedHashes(await save(average, experts));
    expect(without).toEqual(await savedHashes(await save(average)));
  });

  it('of an interpolation begins with the first model of the file, whichever that is', async () => {
    const line = (t: number) => ({
      _target_: 'fusion_bench.method.LinearInterpolationAlgorithm',
      t,
    });
    const { _pretrained_: base, outlines } = ALL;
    const there = await savedHashes(await save(line(0.25), { _pretrained_: base, outlines }));
    const back = await savedHashes(await save(line(0.75), { outlines, _pretrained_: base }));
    expect(back['post_layernorm.weight']).toBe(there['post_layernorm.weight']);
    const ends = await savedHashes(await save(line(0), { outlines, _pretrained_: base }));
    const expert = await savedHashes(join(PROJECT, outlines ?? ''));
    expect(ends['post_layernorm.weight']).toBe(expert['post_layernorm.weight']);
  });

  it('of experts in other forms is the same: an adapter, a pickled state dict', async () => {
    const pool = 'reference/fixtures/formats/pool';
    const adapter = {
      _target_: 'fusion_bench.models.linearized.vision_model.load_lora_vision_model_hf',
      base_model_name: ALL._pretrained_,
      peft_name: `${pool}/lora/outlines`,
      merge_and_unload: true,
    };
    const of = async (outlines: unknown) => save(taskArithmetic(0.3), { ...ALL, outlines });
    const values = async (path: string) => {
      const { files } = await findModelFolder(path, SURROUNDINGS);
      const tensor = (await openClip('merged', files)).visionTensors.get(LINEAR);
      return tensor ? readFloat32(tensor) : new Float32Array();
    };
    const folded = await values(await of(adapter));
    const expected = await values(await of(`${pool}/lora-merged/outlines`));
    expect(folded).toHaveLength(64 * 64);
    // A product of matrices, whose sums PEFT takes in another order.
    expect(relativeError(folded, expected)).toBeLessThan(1e-6);
    const without = await values(await of(ALL._pretrained_));
    expect(relativeError(folded, without)).toBeGreaterThan(1e-3);
    const pickled = await savedHashes(await of(`${pool}/torch/outlines`));
    expect(pickled).toEqual(merge.scaling_factors['0.3']);
  });

  it('is rounded to what the pretrained model is loaded as, and says what it was made of', async () => {
    const base = {
      _target_: 'transformers.CLIPVisionModel.from_pretrained',
      pretrained_model_name_or_path: ALL._pretrained_,
      torch_dtype: 'float16',
    };
    const path = await save(taskArithmetic(0.3), { ...ALL, _pretrained_: base });
    const { files } = await findModelFolder(path, SURROUNDINGS);
    const { visionTensors, checkpoint, configJson } = await openClip('merged', files);
    expect(new Set([...visionTensors.values()].map(({ dtype }) => dtype))).toEqual(
      new Set(['F16']),
    );
    expect(configJson?.dtype).toBe('float16');
    const recipe = JSON.parse(checkpoint.metadata.get('task_arithmetic_recipe') ?? '{}');
    expect(recipe).toMatchObject({ method: 'TaskArithmeticAlgorithm', scalingFactor: 0.3 });
    for (const model of [recipe.pretrained, ...recipe.experts]) {
      expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(model).not.toHaveProperty('part');
    }
  });

  it('of a part of a file is that of the same weights alone, and says the part', async () => {
    const parts = 'reference/fixtures/formats/pool/parts';
    cpSync(join(PROJECT, parts, 'outlines.pt'), join(folder, 'pool/twins/outlines.pt'));
    const outlines = join(folder, 'pool/twins#model_ema');
    const surfaces = join(folder, 'pool/twins#model');
    const path = await save(taskArithmetic(0.3), { ...ALL, outlines, surfaces });
    expect(await savedHashes(path)).toEqual(merge.scaling_factors['0.3']);
    const { files } = await findModelFolder(path, SURROUNDINGS);
    const { checkpoint } = await openClip('merged', files);
    const recipe = JSON.parse(checkpoint.metadata.get('task_arithmetic_recipe') ?? '{}');
    const [first, second] = recipe.experts;
    expect([first.part, second.part]).toEqual(['model_ema', undefined]);
    expect(first.sha256).toBe(second.sha256);
  });
});

describe('an interrupted run', () => {
  it('leaves neither a half model nor its folder, and a model that was there as it was', async () => {
    const model = join(folder, 'kept/model');
    const outputs = {
      logDir: folder,
      report: null,
      model,
      comparison: null,
      relations: null,
      predictions: null,
    };
    const interruptible = () => {
      const controller = new AbortController();
      const listener: RunListener = {
        ...silent,
        progress: (what) => what.startsWith('Saving') && controller.abort(),
      };
      return createWorkbench(SURROUNDINGS, listener, controller.signal);
    };
    const run = () => interruptible().run(program(taskArithmetic(0.3)), outputs);
    await expect(run()).rejects.toThrow(/abort/i);
    expect(readdirSync(folder)).toEqual([]);

    const whole = createWorkbench(SURROUNDINGS, silent, new AbortController().signal);
    await whole.run(program(taskArithmetic(0.7)), outputs);
    const before = readFileSync(join(model, 'model.safetensors'));
    await expect(run()).rejects.toThrow(/abort/i);
    expect(readdirSync(model).sort()).toEqual(['README.md', 'config.json', 'model.safetensors']);
    expect(readFileSync(join(model, 'model.safetensors')).equals(before)).toBe(true);
  });
});

describe('the CLIP that scores', () => {
  it('has to be of the width of the models', async () => {
    const { files } = await findModelFolder(`${POOL}/base`, SURROUNDINGS);
    const model = await openClip('_pretrained_', files);
    const wider = { ...model, vision: { ...model.vision, hiddenSize: 1024 } };
    const config = readConfig(
      readFileSync(
        join(PROJECT, 'reference/fixtures/scoring/program/clip_task_arithmetic.yaml'),
        'utf8',
      ),
    );
    if (config.taskpool?.target !== 'CLIPVisionModelTaskPool') throw new Error('it scores');
    await expect(
      openScoringClip(config.taskpool, wider, SURROUNDINGS),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CompatibilityError: taskpool.clip_model: reference/fixtures/merge/p8-32/base projects pictures of width 64, but the models of the pool give 1024. Name the CLIP that they were fine-tuned from (taskpool.base_model in FusionBench's configurations).]`,
    );
  });
});
