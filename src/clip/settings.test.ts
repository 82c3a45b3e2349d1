/** What configurations make of the same weights, against OpenCLIP itself and transformers' activations. */
import { describe, expect, it } from 'vitest';
import type { NamedBlob } from '../checkpoint/types';
import { openClip } from './open';
import { padded } from './pooling';
import {
  cutPatches,
  fixtureFile,
  fixtureFiles,
  fixtureJson,
  jsonFile,
  openFixture,
  relativeError,
  upload,
  visionWeights,
  wasmEngine,
} from './testing';
import { encodePrompts } from './text-encoder';
import { embedTokenIds } from './text-tower';
import { padTokenId } from './tokenizer';
import { ACTIVATIONS, type ClipModel, type TextConfig } from './types';
import { createVisionTower } from './vision-tower';

interface Case {
  readonly config: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly imageEmbeds?: number[][];
  readonly textEmbeds?: number[][];
}
interface Expected {
  readonly ids: number[][];
  readonly openClip: Readonly<Record<string, Case>>;
  readonly prompts: {
    readonly texts: string[];
    readonly textEmbeds: Readonly<Record<string, number[][]>>;
  };
  readonly hiddenAct: {
    readonly prompt: string;
    readonly pixelValues: number[];
    readonly activations: Readonly<
      Record<string, { readonly imageEmbeds: number[]; readonly textEmbeds: number[] }>
    >;
  };
}
const FOLDER = 'formats/layouts/open-clip';
const TOLERANCE = 1e-5;
const expected = fixtureJson<Expected>('formats/settings/expected.json');
const { pixelValues } = fixtureJson<{ openClip: { pixelValues: number[] } }>(
  'formats/layouts/expected.json',
).openClip;

const weights = () => fixtureFile(`${FOLDER}/open_clip_model.safetensors`);
const openWith = async (model_cfg: object, ...beside: NamedBlob[]) =>
  openClip('model', [await weights(), jsonFile('open_clip_config.json', { model_cfg }), ...beside]);

async function imageEmbeds(model: ClipModel, pixels: readonly number[]): Promise<Float32Array> {
  if (model.visualProjection === undefined) throw new Error('it has a projection');
  const [dim = 0] = model.visualProjection.shape;
  const count = pixels.length / (3 * model.vision.imageSize ** 2);
  const tower = await createVisionTower(model.vision, dim, await wasmEngine(), count);
  const patches = cutPatches(Float32Array.from(pixels), model.vision);
  const rows = await tower.encode(
    patches,
    await visionWeights(model),
    await upload(model.visualProjection),
  );
  await tower.release();
  return rows;
}

describe("OpenCLIP's settings that leave no trace in the tensors are computed as it does", () => {
  const cases = Object.entries(expected.openClip);
  it.each(cases.filter(([, { error }]) => error === undefined))('%s', async (_, row) => {
    const model = await openWith(row.config);
    if (model.text === undefined) throw new Error(model.remarks.join('\n'));
    const { config } = model.text;
    expect(
      relativeError(await imageEmbeds(model, pixelValues), row.imageEmbeds?.flat() ?? []),
    ).toBeLessThan(TOLERANCE);
    // As OpenCLIP's tokenizer hands them over where that matters, and else without what fills them up.
    const sequences = expected.ids.map((ids) =>
      config.padding === undefined ? ids.slice(0, ids.lastIndexOf(39) + 1) : ids,
    );
    const embeds = await embedTokenIds(model.text, await wasmEngine(), sequences);
    for (const [at, wanted] of (row.textEmbeds ?? []).entries()) {
      expect(relativeError(embeds[at] ?? [], wanted)).toBeLessThan(TOLERANCE);
    }
  });

  it.each(cases.filter(([, { error }]) => error !== undefined))(
    'and what it refuses is refused: %s',
    async (_, { config }) => {
      await expect(openWith(config)).rejects.toThrow(
        /^open_clip_config\.json: model_cfg\.vision_cfg\./,
      );
    },
  );
});

describe('prompts are filled up where it changes what is computed', () => {
  const SETTINGS: Readonly<Record<string, Partial<TextConfig>>> = {
    last: { pooling: 'last' },
    'last without causal mask': { pooling: 'last', bidirectional: true },
    'without causal mask': { bidirectional: true },
    first: { pooling: 'first' },
  };
  it.each(Object.keys(expected.prompts.textEmbeds))('%s', async (name) => {
    const [setting = '', filler] = name.split(', ');
    const model = await openFixture('merge/p8-32/base');
    if (model.text === undefined) throw new Error('it has a text tower');
    const changes = SETTINGS[setting];
    const padding = filler === 'zeros' ? 0 : ('tokenizer' as const);
    const text = {
      ...model.text,
      config: { ...model.text.config, eosTokenId: 2, ...changes, padding },
    };
    const { texts, textEmbeds } = expected.prompts;
    const embeds = await encodePrompts({ ...model, text }, await wasmEngine(), texts);
    for (const [at, wanted] of (textEmbeds[name] ?? []).entries()) {
      expect(relativeError(embeds[at] ?? [], wanted)).toBeLessThan(TOLERANCE);
    }
  });

  it('to the length of the tower, never cut, with the token that the tokenizer names', () => {
    expect(padded([1, 2], 4, 9)).toEqual([1, 2, 9, 9]);
    expect(padded([1, 2], 1, 9)).toEqual([1, 2]);
    const json = { added_tokens: [{ id: 7, content: '<pad>' }], model: { vocab: { x: 3 } } };
    expect(padTokenId(json, { pad_token: '<pad>' })).toBe(7);
    expect(padTokenId(json, { pad_token: { content: '<pad>' } })).toBe(7);
    expect(padTokenId(json, { pad_token: 'x' })).toBe(3);
    expect(() => padTokenId(json, {})).toThrow(/^tokenizer_config\.json: its pad_token/);
  });
});

describe("transformers' activations", () => {
  const { prompt, pixelValues: pixels, activations } = expected.hiddenAct;

  async function withActivation(hidden_act: string): Promise<ClipModel> {
    const files = await fixtureFiles('merge/p8-32/base');
    const config = JSON.parse(
      (await files.find(({ name }) => name === 'config.json')?.blob.text()) ?? '',
    );
    for (const tower of ['vision_config', 'text_config']) config[tower].hidden_act = hidden_act;
    const others = files.filter(({ name }) => name !== 'config.json');
    return openClip('model', [...others, jsonFile('config.json', config)]);
  }

  it('are all here that were asked of transformers', () => {
    expect(Object.keys(ACTIVATIONS).sort()).toEqual(Object.keys(activations).sort());
  });

  it.each(Object.entries(activations))('%s', async (name, wanted) => {
    const model = await withActivation(name);
    const [text = []] = await encodePrompts(model, await wasmEngine(), [prompt]);
    expect(relativeError(await imageEmbeds(model, pixels), wanted.imageEmbeds)).toBeLessThan(
      TOLERANCE,
    );
    expect(relativeError(text, wanted.textEmbeds)).toBeLessThan(TOLERANCE);
  });

  it('that are others are refused by their names', async () => {
    await expect(withActivation('gelu_10')).rejects.toThrow(
      /vision_config\.hidden_act is "gelu_10"/,
    );
  });
});

describe('a setting that is not computed is never passed over', () => {
  const BASE = expected.openClip.gelu?.config ?? {};
  const withText = (text_cfg: object) =>
    openWith({ ...BASE, text_cfg: { ...(BASE.text_cfg as object), ...text_cfg } });
  const withVision = (vision_cfg: object) =>
    openWith({ ...BASE, vision_cfg: { ...(BASE.vision_cfg as object), ...vision_cfg } });

  it.each([
    { pool_type: 'none' },
    { pos_embed_type: 'rope' },
    { no_ln_pre: true },
    { ls_init_value: 0.1 },
    { attentional_pool: 'parallel' },
    { qk_norm: true },
    { scaled_cosine_attn: true },
    { scale_heads: true },
    { scale_attn_inner: true },
    { scale_attn: true },
    { scale_fc: true },
    { timm_model_name: 'vit_base' },
    { norm_kwargs: { elementwise_affine: false } },
    { norm_kwargs: { eps: -1e-6 } },
    { act_kwargs: { inplace: true } },
    { a_new_one: 3 },
  ])('of the pictures: %o', async (setting) => {
    const [key] = Object.keys(setting);
    await expect(withVision(setting)).rejects.toThrow(`model_cfg.vision_cfg.${key}`);
  });

  it.each([
    { pool_type: 'none' },
    { embed_cls: true },
    { proj_bias: true },
    { proj_type: 'none' },
    { ls_init_value: 0.1 },
    { hf_model_name: 'roberta-base' },
    { tokenizer_mode: 'clips' },
    { tokenizer_kwargs: { strip_sep_token: true } },
    { text_arch: 'modern' },
    { qk_norm: true },
    { a_new_one: 'x' },
  ])('of the prompts: %o', async (setting) => {
    const [key] = Object.keys(setting);
    const { text, architecture, remarks } = await withText(setting);
    expect([text, architecture]).toEqual([undefined, 'CLIPVisionModelWithProjection']);
    expect(remarks[0]).toContain(`model_cfg.text_cfg.${key}`);
  });

  it('of CoCa', async () => {
    const { text, remarks } = await openWith({ ...BASE, multimodal_cfg: { width: 64 } });
    expect(text).toBeUndefined();
    expect(remarks[0]).toContain('model_cfg.multimodal_cfg ({"width":64})');
  });

  it('that nobody knows is said where it is off, and beside model_cfg', async () => {
    const file = jsonFile('open_clip_config.json', {
      model_cfg: { ...BASE, vision_cfg: { ...(BASE.vision_cfg as object), a_new_one: false } },
      tags: ['x'],
      preprocess_cfg: { mean: [0, 0, 0], gamma: 2 },
    });
    const { remarks } = await openClip('model', [await weights(), file]);
    expect(remarks.slice(1)).toEqual([
      'open_clip_config.json has "tags", which OpenCLIP does not read: it is passed over.',
      'OpenCLIP has no setting preprocess_cfg.gamma: it is passed over.',
      'OpenCLIP has no setting model_cfg.vision_cfg.a_new_one (false): it is passed over.',
    ]);
  });

  it('is called as the file calls it', async () => {
    await expect(withVision({ layers: 3 })).rejects.toThrow('model_cfg.vision_cfg.layers is 3');
    await expect(withText({ context_length: 9 })).rejects.toThrow(
      'model_cfg.text_cfg.context_length is 9',
    );
    await expect(withVision({ head_width: 48 })).rejects.toThrow('width / head_width');
  });

  it('of an expert without a configuration is the base’s', async () => {
    const base = await openWith({
      ...BASE,
      vision_cfg: { ...(BASE.vision_cfg as object), pool_type: 'avg' },
      text_cfg: { ...(BASE.text_cfg as object), pool_type: 'last', no_causal_mask: true },
    });
    const expert = await openClip('expert', [await weights()], base);
    expect(expert.vision).toEqual(base.vision);
    expect(expert.vision.pooling).toBe('mean of normed');
    expect(expert.text?.config).toEqual(base.text?.config);
    expect(expert.text?.config).toMatchObject({ pooling: 'last', bidirectional: true, padding: 0 });
  });

  it('stands in a model_cfg that is the whole file as well', async () => {
    const file = jsonFile('open_clip_config.json', BASE);
    const { text, remarks } = await openClip('model', [await weights(), file]);
    expect(text).toBeDefined();
    expect(remarks).toHaveLength(1);
  });
});
