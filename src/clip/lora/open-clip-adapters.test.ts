/** Adapters that PEFT trained on an OpenCLIP model, against PEFT's own merge. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readFloat32 } from '../../checkpoint/dtype';
import { openCheckpoint } from '../../checkpoint/open';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { fixtureFile, fixtureFiles, openFixture, relativeError } from '../testing';
import { checkpoint, header } from '../testing-checkpoints';
import type { ClipModel } from '../types';
import { openAdapter } from './open-adapter';
import { openClipTargets } from './open-clip-targets';

const LORA = 'formats/lora-open-clip';
const TOLERANCE = 1e-6;

let base: ClipModel;
beforeAll(async () => {
  base = await openFixture('formats/layouts/open-clip');
});
const values = async (tensor: TensorSource | undefined) =>
  tensor === undefined ? [] : readFloat32(tensor);

it.each(['mlp', 'both-towers', 'attention', 'convolution'])(
  'becomes what PEFT makes of it: %s',
  async (name) => {
    const expert = await openFixture(`${LORA}/${name}`, base);
    const merged = await openSafetensors(await fixtureFile(`${LORA}/${name}.merged.safetensors`));
    const changed = [...expert.visionTensors].filter(
      ([tensor, source]) => source !== base.visionTensors.get(tensor),
    );
    expect(changed.map(([tensor]) => tensor).sort()).toEqual([...merged.tensors.keys()].sort());
    for (const [tensor, source] of changed) {
      const wanted = await values(merged.tensors.get(tensor));
      expect(relativeError(await values(source), wanted)).toBeLessThan(TOLERANCE);
      expect(relativeError(await values(base.visionTensors.get(tensor)), wanted)).toBeGreaterThan(
        1e-3,
      );
    }
  },
);

it('leaves the text tower out, and says so', async () => {
  const { remarks } = await openFixture(`${LORA}/both-towers`, base);
  expect(remarks[1]).toMatch(
    /^Left out, as it is not for the vision tower: base_model\.model\.transformer\./,
  );
});

it('refuses what is of the text tower alone, by its names', async () => {
  await expect(openFixture(`${LORA}/text-alone`, base)).rejects.toThrow(
    'this is an adapter of an OpenCLIP model, and nothing in it is under visual.',
  );
});

describe('a fused matrix that is none', () => {
  it.each(['attn.lora_B.weight', 'attn.in_proj_bias'])('is refused: %s', async (name) => {
    const files = await fixtureFiles(`${LORA}/attention`);
    const own = await openCheckpoint(files);
    const full = `base_model.model.visual.transformer.resblocks.0.${name}`;
    const tensors = [
      ...[...own.tensors.values()].filter((tensor) => tensor.name !== full),
      header(full, name.endsWith('bias') ? [191] : [191, 2]),
    ];
    const opening = openAdapter('x', checkpoint(tensors), files, base);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(`${full} has no three blocks`);
  });
});

it('knows every part of a picture tower, and nothing else', () => {
  const names = (path: string) => openClipTargets(path)?.map(({ name }) => name);
  expect(names('visual.conv1')).toEqual(['embeddings.patch_embedding']);
  expect(names('clip.visual.ln_post.bias')).toEqual(['post_layernorm.bias']);
  expect(names('visual.class_embedding')).toEqual(['embeddings.class_embedding']);
  expect(names('visual.transformer.resblocks.3.attn.out_proj')).toEqual([
    'encoder.layers.3.self_attn.out_proj',
  ]);
  expect(names('visual.transformer.resblocks.3.attn.in_proj_bias')).toEqual(
    ['q', 'k', 'v'].map((part) => `encoder.layers.3.self_attn.${part}_proj.bias`),
  );
  for (const other of [
    'visual.proj',
    'transformer.resblocks.3.mlp.c_fc',
    'visual.transformer.x',
    'audiovisual.conv1',
  ]) {
    expect(names(other)).toBeUndefined();
  }
});
