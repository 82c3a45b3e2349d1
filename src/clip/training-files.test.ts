/** CLIPs as training leaves them and as OpenAI published them: whole files, opened as one drops them. */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../checkpoint/open';
import type { TensorSource } from '../checkpoint/types';
import { openClip } from './open';
import { fixtureFile, jsonFile } from './testing';

const config = jsonFile('open_clip_config.json', {
  model_cfg: {
    embed_dim: 8,
    quick_gelu: true,
    vision_cfg: { image_size: 16, layers: 1, width: 32, head_width: 16, patch_size: 8 },
    text_cfg: { context_length: 8, vocab_size: 40, width: 16, heads: 1, layers: 2 },
  },
});
const archive = (name: string) => fixtureFile(`formats/training/${name}`);
const open = async (name: string) => openClip('model', [await archive(name), config]);

describe('a TorchScript archive', () => {
  it.each(['traced.pt', 'scripted.pt', 'openai.pt'])(
    'is the CLIP that it was: %s',
    async (name) => {
      const model = await open(name);
      expect(model.architecture).toBe('CLIPModel');
      expect(model.vision).toMatchObject({ heads: 2, layers: 1, patchSize: 8, imageSize: 16 });
      expect(model.text?.config).toMatchObject({ heads: 1, layers: 2, maxPositions: 8 });
      expect(model.remarks).toEqual([
        'Names of OpenAI or OpenCLIP, read as Hugging Face has them.',
      ]);
    },
  );

  it('holds the same weights traced and scripted', async () => {
    const [traced, scripted] = await Promise.all(['traced.pt', 'scripted.pt'].map(open));
    const bytes = (tensors: ReadonlyMap<string, TensorSource> | undefined) =>
      Promise.all([...(tensors?.values() ?? [])].map((tensor) => tensor.read()));
    expect(await bytes(traced?.visionTensors)).toEqual(await bytes(scripted?.visionTensors));
    expect(await bytes(traced?.text?.tensors)).toEqual(await bytes(scripted?.text?.tensors));
  });

  it('of OpenAI is in half precision', async () => {
    const { visionTensors } = await open('openai.pt');
    expect(new Set([...visionTensors.values()].map(({ dtype }) => dtype))).toEqual(
      new Set(['F16']),
    );
  });
});

describe('a part of a file that is asked for', () => {
  it('is a prefix of the names in a safetensors file', async () => {
    const file = await fixtureFile('merge/p8-32/base/model.safetensors');
    const { tensors } = await openCheckpoint([{ ...file, part: 'text_model' }]);
    expect([...tensors.keys()]).toContain('final_layer_norm.weight');
    expect([...tensors.keys()].some((name) => name.includes('vision'))).toBe(false);
    await expect(openCheckpoint([{ ...file, part: 'ema' }])).rejects.toThrow(
      'model.safetensors: it has no tensor whose name begins with "ema.", which was asked for behind the file.',
    );
  });
});
