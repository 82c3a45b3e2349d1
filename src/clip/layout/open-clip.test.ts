import { describe, expect, it } from 'vitest';
import type { TensorSource } from '../../checkpoint/types';
import { describeClip } from '../describe';
import { canonicalTextNames, canonicalVisionNames } from '../tensor-names';
import { jsonFile, openFixture } from '../testing';
import { checkpoint, header, tensor } from '../testing-checkpoints';
import type { ClipModel } from '../types';

/** The float32 values of a tensor. */
async function values(source: TensorSource | undefined): Promise<Float32Array> {
  if (source === undefined) throw new Error('no such tensor');
  return new Float32Array((await source.read()).buffer);
}

/**
 * A Hugging Face CLIP written down with OpenAI's names: the opposite of the mapping under test, and written as OpenAI's model is
 * (one `in_proj` of q, k, v; projections that multiply from the right).
 */
async function asOpenClip(model: ClipModel): Promise<TensorSource[]> {
  const all = new Map<string, TensorSource>([
    ...[...model.visionTensors].map(([name, source]) => [`vision_model.${name}`, source] as const),
    ...(model.text?.tensors ?? []),
  ]);
  if (model.visualProjection) all.set('visual_projection.weight', model.visualProjection);
  const out: TensorSource[] = [];
  const take = (name: string) => values(all.get(name));
  const shapeOf = (name: string) => all.get(name)?.shape ?? [];
  const copy = async (from: string, to: string) =>
    out.push(tensor(to, shapeOf(from), await take(from)));
  const transpose = async (from: string, to: string) => {
    const [rows = 0, columns = 0] = shapeOf(from);
    const source = await take(from);
    const flipped = Float32Array.from(
      { length: rows * columns },
      (_, at) => source[(at % rows) * columns + Math.floor(at / rows)] ?? 0,
    );
    out.push(tensor(to, [columns, rows], flipped));
  };
  const towers = [
    ['vision_model.', 'visual.', model.vision.layers],
    ['text_model.', '', model.text?.config.layers ?? 0],
  ] as const;
  for (const [from, to, layers] of towers) {
    for (let layer = 0; layer < layers; layer++) {
      const old = `${from}encoder.layers.${layer}.`;
      const block = `${to}transformer.resblocks.${layer}.`;
      for (const kind of ['weight', 'bias']) {
        const parts = ['q', 'k', 'v'].map((part) => `${old}self_attn.${part}_proj.${kind}`);
        const [rows = 0, ...inner] = shapeOf(parts[0] ?? '');
        const fused = await Promise.all(parts.map(take));
        const joined = fused.flatMap((part) => [...part]);
        out.push(tensor(`${block}attn.in_proj_${kind}`, [3 * rows, ...inner], joined));
        await copy(`${old}self_attn.out_proj.${kind}`, `${block}attn.out_proj.${kind}`);
        await copy(`${old}layer_norm1.${kind}`, `${block}ln_1.${kind}`);
        await copy(`${old}layer_norm2.${kind}`, `${block}ln_2.${kind}`);
        await copy(`${old}mlp.fc1.${kind}`, `${block}mlp.c_fc.${kind}`);
        await copy(`${old}mlp.fc2.${kind}`, `${block}mlp.c_proj.${kind}`);
      }
    }
  }
  await copy('vision_model.embeddings.class_embedding', 'visual.class_embedding');
  await copy('vision_model.embeddings.patch_embedding.weight', 'visual.conv1.weight');
  await copy('vision_model.embeddings.position_embedding.weight', 'visual.positional_embedding');
  await copy('text_model.embeddings.token_embedding.weight', 'token_embedding.weight');
  await copy('text_model.embeddings.position_embedding.weight', 'positional_embedding');
  for (const kind of ['weight', 'bias']) {
    await copy(`vision_model.pre_layrnorm.${kind}`, `visual.ln_pre.${kind}`);
    await copy(`vision_model.post_layernorm.${kind}`, `visual.ln_post.${kind}`);
    await copy(`text_model.final_layer_norm.${kind}`, `ln_final.${kind}`);
  }
  await transpose('visual_projection.weight', 'visual.proj');
  await transpose('text_projection.weight', 'text_projection');
  await copy('logit_scale', 'logit_scale');
  return out;
}

const CONFIG = {
  model_cfg: {
    embed_dim: 32,
    quick_gelu: true,
    vision_cfg: { image_size: 32, layers: 2, width: 64, patch_size: 8 },
    text_cfg: { context_length: 77, vocab_size: 794, width: 32, heads: 2, layers: 2 },
  },
  preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
};

describe("OpenAI's and OpenCLIP's names", () => {
  it.each([
    ['as they are', (name: string) => name],
    ['behind wrappers', (name: string) => `state_dict.module.${name}`],
    [
      'with the text tower apart',
      (name: string) =>
        name.startsWith('visual.') || name === 'logit_scale' ? name : `text.${name}`,
    ],
  ])('give the bytes of the Hugging Face model they stand for, %s', async (_, rename) => {
    const model = await openFixture('merge/p8-32/base');
    const tensors = (await asOpenClip(model)).map((source) => ({
      ...source,
      name: rename(source.name),
    }));
    const config = jsonFile('open_clip_config.json', CONFIG);
    const opened = await describeClip('openclip', checkpoint(tensors), [config]);
    expect(opened).toMatchObject({ architecture: 'CLIPModel', visionPrefix: 'vision_model.' });
    expect(opened.vision).toEqual(model.vision);
    expect(opened.text?.config).toEqual(model.text?.config);
    expect(opened.processor).toMatchObject({ mean: [0.5, 0.5, 0.5], resize: { shortestEdge: 32 } });
    expect(opened.remarks).toEqual(['Names of OpenAI or OpenCLIP, read as Hugging Face has them.']);
    for (const { name, shape } of canonicalVisionNames(model.vision)) {
      const source = opened.visionTensors.get(name);
      expect([name, source?.shape]).toEqual([name, shape]);
      expect(await source?.read()).toEqual(await model.visionTensors.get(name)?.read());
    }
    if (model.text === undefined) throw new Error('a fixture base has a text tower');
    for (const { name } of canonicalTextNames(model.text.config, 32)) {
      const source = opened.text?.tensors.get(name);
      expect(await source?.read()).toEqual(await model.text.tensors.get(name)?.read());
    }
    expect(await opened.visualProjection?.read()).toEqual(await model.visualProjection?.read());
  });

  it('read of a fused tensor only the part that is asked for', async () => {
    const model = await openFixture('merge/p8-32/base');
    const ranges: [number, number][] = [];
    const tensors = (await asOpenClip(model)).map((source) => ({
      ...source,
      readRange: async (begin: number, end: number) => {
        ranges.push([begin, end]);
        return (await source.read()).slice(begin, end);
      },
    }));
    const config = jsonFile('open_clip_config.json', CONFIG);
    const opened = await describeClip('openclip', checkpoint(tensors), [config]);
    const key = opened.visionTensors.get('encoder.layers.0.self_attn.k_proj.weight');
    await key?.read();
    const block = 64 * 64 * 4;
    expect(ranges).toEqual([[block, 2 * block]]);
    expect(await key?.readRange?.(8, 16)).toEqual((await key?.read())?.slice(8, 16));
  });

  it('takes GELU where the configuration does not say quick_gelu', async () => {
    const tensors = await asOpenClip(await openFixture('merge/p8-32/base'));
    const { quick_gelu: _, ...model_cfg } = CONFIG.model_cfg;
    const config = jsonFile('open_clip_config.json', { model_cfg });
    const { vision, text } = await describeClip('openclip', checkpoint(tensors), [config]);
    expect([vision.activation, text?.config.activation]).toEqual(['gelu', 'gelu']);
  });

  it('are refused where a fused tensor is no three blocks', async () => {
    const tensors = (await asOpenClip(await openFixture('merge/p8-32/base'))).map((source) =>
      source.name.endsWith('0.attn.in_proj_bias') ? header(source.name, [191]) : source,
    );
    await expect(
      describeClip('openclip', checkpoint(tensors), []),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: model.safetensors: visual.transformer.resblocks.0.attn.in_proj_bias has 191 rows, which are not three equal blocks for q, k and v.]`,
    );
  });
});
