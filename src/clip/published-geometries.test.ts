import { describe, expect, it } from 'vitest';
import type { TensorSource } from '../checkpoint/types';
import table from './config/published-clips.json';
import { describeClip } from './describe';
import { NeedsBaseError } from './needs-base-error';
import { canonicalTextNames } from './tensor-names';
import { fixtureJson, jsonFile, openFixture } from './testing';
import { BASE_PATCH32, checkpoint, header, headers, visionHeaders } from './testing-checkpoints';
import type { TextConfig, VisionConfig } from './types';

type Row = (typeof table)[number];

function visionOf({ vision }: Row): VisionConfig {
  return {
    hiddenSize: vision.width,
    layers: vision.layers,
    heads: vision.heads,
    intermediateSize: vision.mlp,
    patchSize: vision.patch,
    imageSize: vision.image,
    activation: 'gelu',
    layerNormEps: 1e-5,
  };
}

function textOf({ text }: Row): TextConfig {
  return {
    hiddenSize: text.width,
    layers: text.layers,
    heads: text.heads,
    intermediateSize: 4 * text.width,
    vocabSize: text.vocab,
    maxPositions: text.length,
    activation: 'gelu',
    layerNormEps: 1e-5,
    eosTokenId: 2,
  };
}

function full(row: Row): TensorSource[] {
  const vision = visionOf(row);
  return [
    ...visionHeaders(vision),
    header('visual_projection.weight', [512, vision.hiddenSize]),
    ...headers(canonicalTextNames(textOf(row), 512)),
  ];
}

const open = (tensors: TensorSource[], file = 'model.safetensors', said: [string, string][] = []) =>
  describeClip('lone', { ...checkpoint(tensors), file, metadata: new Map(said) }, []);
const rowOf = (name: string): Row => {
  const row = table.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no such model: ${name}`);
  return row;
};

it('the table is the one that the reference made', () => {
  expect(table).toEqual(fixtureJson('published-clips.json'));
});

describe('a published CLIP without a configuration has its published heads and activation', () => {
  it.each(table.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const lone = await open(visionHeaders(visionOf(row)));
    expect(lone.vision).toEqual({ ...visionOf(row), activation: lone.vision.activation });
    const { vision, text } = await open(full(row));
    const { pool } = row.text;
    expect(vision.heads).toBe(row.vision.heads);
    expect(Object.keys(row.published)).toContain(vision.activation);
    expect(text?.config).toEqual({
      ...textOf(row),
      activation: vision.activation,
      ...(pool === 'eos' && { eosTokenId: row.text.end, pooling: 'end token' }),
    });
  });

  it.each([
    ['ViT-H-14', 16, 'gelu'],
    ['ViT-g-14', 16, 'gelu'],
    ['ViT-bigG-14', 16, 'gelu'],
    ['ViT-H-14-378', 16, 'quick_gelu'],
    ['ViT-B-32', 12, 'quick_gelu'],
    ['ViT-B-32-256', 12, 'gelu'],
    ['ViT-L-14-336', 16, 'quick_gelu'],
  ])('%s: %d heads and %s', async (name, heads, activation) => {
    const { vision } = await open(visionHeaders(visionOf(rowOf(name))));
    expect(vision).toMatchObject({ heads, activation });
  });

  it('of another size of pictures, as it may be fine-tuned', async () => {
    const { vision } = await open(
      visionHeaders({ ...visionOf(rowOf('ViT-H-14')), imageSize: 280 }),
    );
    expect(vision).toMatchObject({ heads: 16, activation: 'gelu', imageSize: 280 });
  });
});

describe('where one geometry was published with two activations', () => {
  const doubtOf = async (...args: Parameters<typeof open>) => {
    const { vision, assumptions } = await open(...args);
    return [vision.activation, assumptions.find((line) => /two activations/.test(line))];
  };
  const tensors = visionHeaders(BASE_PATCH32);

  it('takes the better known, and says what else it can be', async () => {
    expect(await doubtOf(tensors)).toMatchInlineSnapshot(`
      [
        "quick_gelu",
        "This geometry was published with two activations: quick_gelu is taken (openai, laion400m_e31, laion400m_e32 and 2 more). If the weights are of laion2b_e16, laion2b_s34b_b79k, datacomp_m_s128m_b4k and 14 more, they need gelu: add the model's config.json, which says so.",
      ]
    `);
  });

  it.each([
    ['CLIP-ViT-B-32-laion2B-s34B-b79K.safetensors', 'gelu'],
    ['vit_b_32-laion400m_e32.pt', 'quick_gelu'],
    ['ViT-B-32-datacomp.bin', 'gelu'],
    ['metaclip-b32-400m.pt', 'quick_gelu'],
    ['openai-clip.bin', 'quick_gelu'],
  ])('goes by the name of the file: %s', async (file, activation) => {
    const [taken, doubt] = await doubtOf(tensors, file);
    expect(taken).toBe(activation);
    expect(doubt).toContain("as the file's own words say");
  });

  it('tells trainings apart whose names begin alike', async () => {
    const large = visionHeaders(visionOf(rowOf('ViT-L-14')));
    expect((await open(large, 'ViT-L-14-dfn2b.bin')).vision.activation).toBe('quick_gelu');
    expect((await open(large, 'ViT-L-14-dfn2b_s39b.bin')).vision.activation).toBe('gelu');
  });

  it('goes by the metadata, and by what only OpenAI’s archives hold', async () => {
    const [taken] = await doubtOf(tensors, 'x.safetensors', [['name', 'datacomp_xl_s13b_b90k']]);
    expect(taken).toBe('gelu');
    const constants = ['input_resolution', 'context_length', 'vocab_size'].map((name) =>
      header(name, [], 'I64'),
    );
    const [, doubt] = await doubtOf([...tensors, ...constants]);
    expect(doubt).toContain('quick_gelu is taken');
    expect(doubt).toContain("as the file's own words say");
  });
});

describe('where no published CLIP fits', () => {
  it.each<[string, Partial<VisionConfig>]>([
    ['a width of nobody', { hiddenSize: 640 }],
    ['other layers', { layers: 11 }],
    ['another inner size', { intermediateSize: 2048 }],
    ['other patches', { patchSize: 28 }],
  ])('asks for the configuration: %s', async (_, changes) => {
    const lone = open(visionHeaders({ ...BASE_PATCH32, ...changes }));
    await expect(lone).rejects.toThrow(NeedsBaseError);
    await expect(lone).rejects.toThrow(/Add the model's config\.json, or the base/);
  });

  it('asks for it as well where the text tower is none that was published with it', async () => {
    const row = rowOf('ViT-B-32');
    const text = { ...textOf(row), vocabSize: 1000 };
    const tensors = [
      ...visionHeaders(visionOf(row)),
      header('visual_projection.weight', [512, 768]),
      ...headers(canonicalTextNames(text, 512)),
    ];
    await expect(open(tensors)).rejects.toThrow(NeedsBaseError);
  });

  it('takes the configuration, or a base of the same width', async () => {
    const odd = checkpoint(visionHeaders({ ...BASE_PATCH32, hiddenSize: 640 }));
    const config = jsonFile('config.json', {
      model_type: 'clip_vision_model',
      hidden_size: 640,
      num_attention_heads: 10,
    });
    const base = await describeClip('base', odd, [config]);
    expect(base.vision.heads).toBe(10);
    expect((await describeClip('expert', odd, [], base)).vision.heads).toBe(10);
    const other = await openFixture('merge/p8-32/base');
    await expect(describeClip('expert', odd, [], other)).rejects.toThrow(NeedsBaseError);
  });
});
