import { describe, expect, it } from 'vitest';
import { decodeFloat32, encodeFloat32, readFloat32 } from '../checkpoint/dtype';
import { encodeSafetensors } from '../checkpoint/safetensors/encode-safetensors';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import type { TensorSource } from '../checkpoint/types';
import { openClip } from '../clip/open';
import { fixtureFiles } from '../clip/testing';
import { CompatibilityError } from '../errors';
import { configText, mergedConfig } from './merged-config';
import { type MergedModelOptions, mergedMetadata, mergedTensors } from './merged-model';
import { RECIPE_KEY, readRecipe } from './recipe';

const open = async (pool: string) => openClip('base', await fixtureFiles(`merge/${pool}/base`));

/** Writes and reads back a merged file whose merged tensors are all `value`. */
async function written(pool: string, options: MergedModelOptions, value = 1 / 3) {
  const base = await open(pool);
  const tensors = mergedTensors(
    base,
    async (name) => {
      const shape = base.visionTensors.get(name)?.shape ?? [];
      return new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(value);
    },
    options,
  );
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of encodeSafetensors(tensors).chunks()) parts.push(chunk);
  const file = await openSafetensors({ name: 'merged', blob: new Blob(parts) });
  return { base, file };
}

describe('the merged file', () => {
  it('holds the vision tower alone, by the names of the base', async () => {
    const { base, file } = await written('p8-32', { content: 'vision', dtype: 'base' });
    const expected = [...base.visionTensors.keys()].map((name) => `${base.visionPrefix}${name}`);
    expect([...file.tensors.keys()].sort()).toEqual(expected.sort());
  });

  it('holds the whole CLIP, everything that is not merged byte for byte the base’s', async () => {
    const { base, file } = await written('p16-48', { content: 'clip', dtype: 'base' });
    expect([...file.tensors.keys()].sort()).toEqual([...base.checkpoint.tensors.keys()].sort());
    for (const [name, tensor] of base.checkpoint.tensors) {
      if (name.startsWith('vision_model.')) continue;
      expect(await file.tensors.get(name)?.read(), name).toEqual(await tensor.read());
    }
  });

  it('has canonical names where the base’s file has them behind a wrapper', async () => {
    const base = await open('p8-32');
    const names = (model: typeof base) =>
      mergedTensors(model, async () => new Float32Array(0), { content: 'clip', dtype: 'F32' }).map(
        ({ name }) => name,
      );
    const wrapped = (tensor: TensorSource) => ({ ...tensor, name: `module.${tensor.name}` });
    if (!base.text || !base.visualProjection) throw new Error('it is a whole CLIP');
    const tensors = [...base.text.tensors].map(
      ([name, tensor]) => [name, wrapped(tensor)] as const,
    );
    const text = { ...base.text, tensors: new Map(tensors) };
    const behind = { ...base, text, visualProjection: wrapped(base.visualProjection) };
    expect(names(behind)).toEqual(names(base));
  });

  it.each(['F32', 'F16', 'BF16'] as const)('is rounded once, to %s', async (dtype) => {
    const { file } = await written('p8-32', { content: 'clip', dtype });
    const once = decodeFloat32(encodeFloat32(new Float32Array([1 / 3]), dtype), dtype)[0];
    for (const [name, tensor] of file.tensors) {
      expect(tensor.dtype, name).toBe(dtype);
      if (name.startsWith('vision_model.')) {
        expect((await readFloat32(tensor)).every((value) => value === once)).toBe(true);
      }
    }
  });

  it('keeps half precision where the base has it', async () => {
    const { file } = await written('p16-48', { content: 'vision', dtype: 'base' });
    expect(new Set([...file.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
  });

  it('carries the recipe in its metadata', () => {
    const recipe = {
      method: 'TaskArithmeticAlgorithm',
      options: {},
      scalingFactor: 0.3,
      pretrained: { name: 'base', weight: 1, sha256: 'a'.repeat(64) },
      experts: [{ name: 'mnist', weight: 0.5, sha256: 'b'.repeat(64) }],
      programVersion: '1',
    };
    const metadata = mergedMetadata(recipe);
    expect(metadata.get('format')).toBe('pt');
    expect(readRecipe('merged', metadata.get(RECIPE_KEY) ?? '')).toEqual(recipe);
  });
});

describe('its config.json', () => {
  it('writes floats as floats, which transformers 5 insists on', async () => {
    const text = configText(mergedConfig(await open('p8-32'), 'vision', 'F16'));
    expect(text).toContain('"initializer_factor": 1.0');
    expect(text).toContain('"attention_dropout": 0.0');
    expect(text).toContain('"hidden_size": 64');
    expect(JSON.parse(text)).toMatchObject({
      model_type: 'clip_vision_model',
      architectures: ['CLIPVisionModel'],
      dtype: 'float16',
    });
  });

  it('describes the whole CLIP where that is written', async () => {
    const base = await open('p8-24');
    const config = mergedConfig(base, 'clip', 'F32');
    expect(config).toMatchObject({
      model_type: 'clip',
      projection_dim: 32,
      vision_config: { hidden_act: 'gelu', layer_norm_eps: 1e-6, image_size: 24 },
      text_config: { eos_token_id: 793, layer_norm_eps: 1e-5 },
    });
  });
});

describe('what no config.json of transformers can say', () => {
  const openClip = async (vision: object, text: object) => {
    const base = await open('p8-32');
    if (base.text === undefined) throw new Error('it has a text tower');
    return {
      ...base,
      vision: { ...base.vision, ...vision },
      text: { ...base.text, config: { ...base.text.config, ...text } },
    };
  };

  it.each<[string, object, object]>([
    ['vision_cfg.pool_type "avg"', { pooling: 'norm of mean' }, {}],
    ['text_cfg.pool_type', {}, { pooling: 'last', padding: 0 }],
    ['text_cfg.pool_type', {}, { pooling: 'end token', eosTokenId: 2 }],
    ['text_cfg.no_causal_mask', {}, { bidirectional: true, padding: 0 }],
  ])('is refused by its name: %s', async (setting, vision, text) => {
    const base = await openClip(vision, text);
    expect(() => mergedConfig(base, 'clip', 'F32')).toThrow(CompatibilityError);
    expect(() => mergedConfig(base, 'clip', 'F32')).toThrow(setting);
    const tower = () => mergedConfig(base, 'vision', 'F32');
    if (setting.startsWith('vision')) expect(tower).toThrow(setting);
    else expect(tower()).toMatchObject({ architectures: ['CLIPVisionModel'] });
  });

  it('is written where transformers pools at the same token', async () => {
    const base = await openClip({}, { pooling: 'end token', eosTokenId: 793 });
    expect(mergedConfig(base, 'clip', 'F32')).toMatchObject({ text_config: { eos_token_id: 793 } });
  });
});

describe('a recipe that is read back', () => {
  it.each([
    ['no JSON', '{', 'is no JSON'],
    ['a missing part', '{"method":"X"}', 'damaged at scalingFactor'],
    [
      'a weight that is no number',
      '{"method":"X","scalingFactor":1,"pretrained":{"name":"a","weight":"1","sha256":null},"experts":[],"programVersion":""}',
      'damaged at pretrained.weight',
    ],
    [
      'a part without a name',
      '{"method":"X","scalingFactor":1,"pretrained":{"name":"a","weight":1,"sha256":null,"part":""},"experts":[],"programVersion":""}',
      'damaged at pretrained.part',
    ],
  ])('is refused for %s, with the place', (_, text, message) => {
    expect(() => readRecipe('merged.safetensors', text)).toThrow(message);
  });
});
