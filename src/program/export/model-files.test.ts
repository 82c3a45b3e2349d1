import { describe, expect, it } from 'vitest';
import { readFloat32 } from '../../checkpoint/dtype';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import {
  fixtureFile,
  fixtureFiles,
  fixtureFloats,
  fixtureJson,
  relativeError,
  wasmEngine,
} from '../../clip/testing';
import type { ClipModel } from '../../clip/types';
import { mergedNames } from '../../modelpool/judge';
import { RECIPE_KEY, readRecipe } from '../recipe';
import type { Recipe } from '../report';
import { type ExportChoice, WEIGHTS_FILES } from './formats';
import { type ModelFile, modelFiles } from './model-files';
import { openClipConfig } from './open-clip-config';

const RECIPE: Recipe = {
  method: 'TaskArithmeticAlgorithm',
  options: {},
  scalingFactor: 0.3,
  pretrained: { name: 'base', weight: 1, sha256: 'a'.repeat(64) },
  experts: [{ name: 'outlines', weight: 1, sha256: null }],
  programVersion: '9.9',
};

async function blobOf({ name, size, chunks }: ModelFile): Promise<NamedBlob<Blob>> {
  const parts: BlobPart[] = [];
  for await (const chunk of chunks()) parts.push(chunk.slice());
  const blob = new Blob(parts);
  expect(blob.size).toBe(size);
  return { name, blob };
}

/** The base, FusionBench's merge of the fixture, and the files that are made of both. */
async function exported(
  shape: string,
  choice: Partial<ExportChoice>,
  changes?: (base: ClipModel) => ClipModel,
) {
  const baseFiles = await fixtureFiles(`merge/${shape}/base`);
  const opened = await openClip('base', baseFiles);
  const base = changes ? changes(opened) : opened;
  const file = await fixtureFile(`merge/${shape}/merged-0.3.safetensors`);
  const merged = await openClip('merged', [file], base);
  const files = await modelFiles({
    pretrained: base,
    merged: async (name) => {
      const tensor = merged.visionTensors.get(name);
      if (!tensor) throw new Error(`no ${name}`);
      return readFloat32(tensor);
    },
    recipe: RECIPE,
    choice: { format: 'transformers', content: 'vision', dtype: 'base', rank: 16, ...choice },
    baseFiles,
    hub: { repository: 'somebody/clip' },
    signal: new AbortController().signal,
  });
  return { base, merged, files, weights: await blobOf(files.weights) };
}

const companionsOf = async ({ files }: Awaited<ReturnType<typeof exported>>) =>
  Promise.all(files.companions().map(blobOf));

async function expectSameTower(found: ClipModel, expected: ClipModel): Promise<void> {
  for (const name of mergedNames(expected)) {
    const [own, its] = [found.visionTensors.get(name), expected.visionTensors.get(name)];
    if (!own || !its) throw new Error(`no ${name}`);
    expect(await readFloat32(own), name).toEqual(await readFloat32(its));
  }
}

describe.each(['p8-32', 'p16-48', 'p8-24'])('%s by OpenCLIP’s names', (shape) => {
  it('is read back to the last bit, with its configuration', async () => {
    const all = await exported(shape, { format: 'openclip', content: 'clip', dtype: 'F32' });
    const { base, merged, weights } = all;
    const companions = await companionsOf(all);
    expect([weights, ...companions].map(({ name }) => name)).toEqual([
      'open_clip_model.safetensors',
      'open_clip_config.json',
    ]);
    const { tensors, metadata } = await openSafetensors(weights);
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining([
        'visual.proj',
        'text_projection',
        'logit_scale',
        'positional_embedding',
      ]),
    );
    expect(readRecipe('x', metadata.get(RECIPE_KEY) ?? '')).toEqual(RECIPE);
    const back = await openClip('back', [weights, ...companions]);
    await expectSameTower(back, merged);
    expect(back.vision).toEqual(base.vision);
    expect(back.text?.config).toMatchObject({ layers: base.text?.config.layers });
    for (const [name, tensor] of base.text?.tensors ?? []) {
      if (name.endsWith('position_ids')) continue;
      const own = back.text?.tensors.get(name);
      if (!own) throw new Error(`no ${name}`);
      expect(await readFloat32(own), name).toEqual(await readFloat32(tensor));
    }
  });
});

describe('OpenCLIP’s names', () => {
  it('of the picture tower alone begin with visual., and nothing lies beside them', async () => {
    const all = await exported('p8-32', { format: 'openclip' });
    const { tensors } = await openSafetensors(all.weights);
    expect([...tensors.keys()].every((name) => name.startsWith('visual.'))).toBe(true);
    expect(tensors.get('visual.transformer.resblocks.0.attn.in_proj_weight')?.shape).toEqual([
      3 * all.base.vision.hiddenSize,
      all.base.vision.hiddenSize,
    ]);
    expect(all.files.companions()).toEqual([]);
  });

  it('are of half the bytes in float16', async () => {
    const { weights } = await exported('p8-32', { format: 'openclip', dtype: 'F16' });
    const { tensors } = await openSafetensors(weights);
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  });

  const text = (base: ClipModel, config: object): ClipModel => {
    if (!base.text) throw new Error('it has a text tower');
    return { ...base, text: { ...base.text, config: { ...base.text.config, ...config } } };
  };

  it.each<[string, (base: ClipModel) => ClipModel, object]>([
    [
      'the mean of patches',
      (base) => ({ ...base, vision: { ...base.vision, pooling: 'norm of mean' } }),
      { vision_cfg: { pool_type: 'avg', final_ln_after_pool: true } },
    ],
    [
      'an end token of its own',
      (base) => text(base, { eosTokenId: 512 }),
      { text_cfg: { pool_type: 'eos', eos_id: 512 } },
    ],
    [
      'the first position',
      (base) => text(base, { pooling: 'first', bidirectional: true }),
      { text_cfg: { pool_type: 'first', no_causal_mask: true } },
    ],
    [
      'GELU by tanh and another epsilon',
      (base) =>
        text(
          { ...base, vision: { ...base.vision, activation: 'gelu_new', layerNormEps: 1e-6 } },
          { activation: 'gelu' },
        ),
      {
        quick_gelu: false,
        vision_cfg: { act_kwargs: { approximate: 'tanh' }, norm_kwargs: { eps: 1e-6 } },
      },
    ],
  ])('have a setting for %s', async (_, changes, expected) => {
    const base = changes(await openClip('base', await fixtureFiles('merge/p8-32/base')));
    expect(openClipConfig(base)).toMatchObject({ model_cfg: expected });
  });

  it.each<[string, (base: ClipModel) => ClipModel]>([
    ['two activations', (base) => ({ ...base, vision: { ...base.vision, activation: 'gelu' } })],
    [
      'the activation relu',
      (base) =>
        text({ ...base, vision: { ...base.vision, activation: 'relu' } }, { activation: 'relu' }),
    ],
  ])('have none for %s', async (what, changes) => {
    const base = await openClip('base', await fixtureFiles('merge/p8-32/base'));
    expect(() => openClipConfig(changes(base))).toThrow(`OpenCLIP has no setting for ${what}`);
  });
});

describe('an ONNX file', () => {
  it('gives the embeddings of what was merged', async () => {
    const all = await exported('p8-32', { format: 'onnx' });
    const { mergedVision } = fixtureJson<{ mergedVision: { imageEmbeds: number[][] } }>(
      'clip/p8-32/expected.json',
    );
    expect(all.weights.name).toBe('model.onnx');
    expect((await companionsOf(all)).map(({ name }) => name)).toEqual(['preprocessor_config.json']);
    const bytes = new Uint8Array(await all.weights.blob.arrayBuffer());
    const session = await (await wasmEngine()).createSession(bytes);
    const data = fixtureFloats('clip/p8-32/pixel-values.bin');
    const { image_embeds: found = [] } = await session.run({
      pixel_values: { dims: [3, 3, 32, 32], data },
    });
    await session.release();
    expect(relativeError(found, mergedVision.imageEmbeds.flat())).toBeLessThan(1e-5);
  });

  it('is not made where protobuf could not hold it', async () => {
    const giant = (base: ClipModel): ClipModel => {
      const [name, tensor] =
        [...base.visionTensors].find(([each]) => each.endsWith('fc1.weight')) ?? [];
      if (!name || !tensor) throw new Error('it has an mlp');
      const wide = { ...tensor, shape: [2 ** 15, 2 ** 15] };
      return { ...base, visionTensors: new Map([...base.visionTensors, [name, wide]]) };
    };
    await expect(exported('p8-32', { format: 'onnx' }, giant)).rejects.toThrow(
      'The vision tower would be an ONNX file of 4.3 GB, and one file holds 2.1 GB at most. Choose float16, or another format.',
    );
  });
});

describe('a LoRA', () => {
  it.each(['vision', 'clip'] as const)(
    'of the whole rank, in the names of the %s model, is what was merged but for what has no place in it',
    async (content) => {
      const all = await exported('p8-32', { format: 'lora', content, rank: 64 });
      const { base, merged, weights, files } = all;
      const companions = await companionsOf(all);
      expect([weights, ...companions].map(({ name }) => name)).toEqual([
        'adapter_model.safetensors',
        'adapter_config.json',
      ]);
      const folded = await openClip('folded', [weights, ...companions], base);
      for (const name of mergedNames(base)) {
        const [own, its, before] = [folded, merged, base].map((model) =>
          model.visionTensors.get(name),
        );
        if (!own || !its || !before) throw new Error(`no ${name}`);
        const isHeld = /(proj|fc[12])\.weight$/.test(name);
        const expected = await readFloat32(isHeld ? its : before);
        const error = relativeError(await readFloat32(own), expected);
        expect(error, name).toBeLessThan(isHeld ? 1e-6 : Number.EPSILON);
      }
      expect(files.lowRank).toMatchObject({ rank: 64 });
      expect(files.lowRank?.error).toBeLessThan(1e-5);
    },
  );

  it('says what is lost of each matrix and of the whole, and what it has no place for', async () => {
    const { files, base, merged, weights } = await exported('p8-32', { format: 'lora', rank: 4 });
    const report = files.lowRank;
    if (!report) throw new Error('a LoRA has a report');
    const { tensors } = await openSafetensors(weights);
    const read = async (name: string) => {
      const tensor = tensors.get(`base_model.model.${name}`);
      if (!tensor) throw new Error(`no ${name}`);
      return readFloat32(tensor);
    };
    const squares = { held: 0, lost: 0, outside: 0 };
    for (const name of mergedNames(base)) {
      const [after, before] = [merged, base].map((model) => model.visionTensors.get(name));
      if (!after || !before) throw new Error(`no ${name}`);
      const old = await readFloat32(before);
      const change = (await readFloat32(after)).map((value, i) => value - (old[i] ?? 0));
      const own = change.reduce((sum, value) => sum + value ** 2, 0);
      const module = name.replace(/\.weight$/, '');
      const said = report.matrices.find((matrix) => matrix.module === module);
      if (!said) {
        squares.outside += own;
        continue;
      }
      const [a, b] = [await read(`${module}.lora_A.weight`), await read(`${module}.lora_B.weight`)];
      const columns = a.length / 4;
      const lost = change.reduce((sum, value, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let product = 0;
        for (let k = 0; k < 4; k++)
          product += (b[row * 4 + k] ?? 0) * (a[k * columns + column] ?? 0);
        return sum + (value - product) ** 2;
      }, 0);
      expect(said.error).toBeCloseTo(Math.sqrt(lost / own), 5);
      squares.held += own;
      squares.lost += lost;
    }
    const { held, lost, outside } = squares;
    expect(report.error).toBeCloseTo(Math.sqrt(lost / held), 5);
    expect(report.wholeError).toBeCloseTo(Math.sqrt((lost + outside) / (held + outside)), 5);
    expect(report.leftOut.map(({ what }) => what)).toEqual([
      'the patch embedding, a convolution',
      'the position and class embeddings',
      'biases and norms, which have one dimension',
    ]);
    const share = report.leftOut.reduce((sum, part) => sum + part.share, 0);
    expect(share).toBeCloseTo(outside / (held + outside), 5);
  });

  it('names its base, and its modules so that PEFT finds all of them or says that it does not', async () => {
    const all = await exported('p8-32', { format: 'lora', content: 'clip', rank: 4 });
    const [config] = await companionsOf(all);
    const read = JSON.parse((await config?.blob.text()) ?? '');
    expect(read).toMatchObject({
      peft_type: 'LORA',
      r: 4,
      lora_alpha: 4,
      base_model_name_or_path: 'somebody/clip',
    });
    const { tensors } = await openSafetensors(all.weights);
    const modules = [...tensors.keys()].map((name) =>
      name.replace(/^base_model\.model\./, '').replace(/\.lora_[AB]\.weight$/, ''),
    );
    const pattern = new RegExp(`^(?:${read.target_modules})$`);
    expect(modules.every((module) => pattern.test(module))).toBe(true);
  });

  it.each([0, 1.5, 65])('has no rank of %f', async (rank) => {
    await expect(exported('p8-32', { format: 'lora', rank })).rejects.toThrow(
      `The rank of a LoRA for base is a whole number from 1 to 64, not ${rank}.`,
    );
  });
});

it.each(['transformers', 'openclip', 'onnx', 'lora'] as const)(
  'the whole CLIP of a tower that stands alone is refused: %s',
  async (format) => {
    const alone = ({ text: _, ...base }: ClipModel): ClipModel => base;
    await expect(exported('p8-32', { format, content: 'clip' }, alone)).rejects.toThrow(
      'base is a vision tower alone; only "vision tower" can be downloaded from it.',
    );
    expect((await exported('p8-32', { format, rank: 2 }, alone)).weights.name).toBe(
      WEIGHTS_FILES[format],
    );
  },
);
