import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../checkpoint/open';
import type { TensorSource } from '../../checkpoint/types';
import { describeClip } from '../describe';
import { fixtureFile, openFixture } from '../testing';
import { checkpoint, header } from '../testing-checkpoints';
import type { ClipModel } from '../types';

/** A whole CLIP under OpenCLIP's names, and one under Hugging Face's. */
const SOURCES = {
  OpenCLIP: 'formats/layouts/open-clip/open_clip_model.safetensors',
  'Hugging Face': 'merge/p8-32/base/model.safetensors',
};
const tensorsOf = async (path: string) => [
  ...(await openCheckpoint([await fixtureFile(path)])).tensors.values(),
];

/** Whole model folders, whose configuration stands for that of every renamed copy. */
const baseOf = (kind: string) =>
  openFixture(kind === 'OpenCLIP' ? 'formats/layouts/open-clip' : 'merge/p8-32/base');

function renamed(
  tensors: readonly TensorSource[],
  rename: (name: string) => string,
): TensorSource[] {
  return tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
}

/** Names, bytes and configuration of both towers. */
async function contents({ visionTensors, text, visualProjection }: ClipModel) {
  const all = [...visionTensors.values(), ...(text?.tensors.values() ?? [])];
  const projection = await visualProjection?.read();
  return [projection, ...(await Promise.all(all.map((tensor) => tensor.read())))];
}

const PREFIXES = [
  ...['_orig_mod.', 'module.', 'net.', 'model.', 'encoder.', 'student.', 'ema_model.'],
  ...['_forward_module.', '_fsdp_wrapped_module.', 'module._orig_mod.', '_orig_mod.module.'],
  ...['state_dict.module.', 'trainer.my.own.name.', 'a.b.', 'clip.', 'backbone.visual_encoder_x.'],
];

describe.each(Object.entries(SOURCES))('%s', (kind, path) => {
  it.each(PREFIXES)('is found behind %s', async (prefix) => {
    const base = await baseOf(kind);
    const tensors = renamed(await tensorsOf(path), (name) => prefix + name);
    const model = await describeClip('x', checkpoint(tensors), [], base);
    expect(model.architecture).toBe('CLIPModel');
    expect([...model.visionTensors.keys()].sort()).toEqual([...base.visionTensors.keys()].sort());
    expect(model.remarks.filter((line) => /^Left out/.test(line))).toEqual([]);
    const embedding = 'embeddings.class_embedding';
    expect(await model.visionTensors.get(embedding)?.read()).toEqual(
      await base.visionTensors.get(embedding)?.read(),
    );
    expect([...(model.text?.tensors.keys() ?? [])]).toEqual([...(base.text?.tensors.keys() ?? [])]);
  });

  it('is found with wrappers in the middle of its names', async () => {
    const base = await baseOf(kind);
    const tensors = renamed(await tensorsOf(path), (name) =>
      name
        .replace(/^(visual|vision_model)\./, '$1._orig_mod.')
        .replace(
          /(resblocks|layers)\.(\d+)\./,
          '$1.$2._fsdp_wrapped_module._checkpoint_wrapped_module.',
        ),
    );
    const model = await describeClip('x', checkpoint(tensors), [], base);
    expect(await contents(model)).toEqual(await contents(base));
  });

  it('is found where each tower has a prefix of its own', async () => {
    const base = await baseOf(kind);
    const tensors = renamed(await tensorsOf(path), (name) =>
      /^visual\.|^vision_model\./.test(name)
        ? `image.${name}`
        : /projection|logit_scale/.test(name) && kind !== 'OpenCLIP'
          ? `image.${name}`
          : name === 'logit_scale'
            ? `image.${name}`
            : `words.${name}`,
    );
    const model = await describeClip('x', checkpoint(tensors), [], base);
    expect(model.architecture).toBe('CLIPModel');
    expect(await contents(model)).toEqual(await contents(base));
  });

  it('is refused where there are two, each by its prefix', async () => {
    const tensors = await tensorsOf(path);
    const both = ['student.', 'teacher.'].flatMap((prefix) =>
      renamed(tensors, (name) => prefix + name),
    );
    const opening = describeClip('x', checkpoint(both), []);
    const tower = kind === 'OpenCLIP' ? 'visual.' : 'vision_model.';
    await expect(opening).rejects.toThrow(
      `it holds 2 picture towers, under "student.${tower}" and "teacher.${tower}", and nothing says which is meant.`,
    );
    await expect(opening).rejects.toThrow('(model.safetensors#student)');
  });

  it('is refused where one name is there with a wrapper and without', async () => {
    const tensors = await tensorsOf(path);
    const both = [...tensors, ...renamed(tensors, (name) => `_orig_mod.${name}`)];
    await expect(describeClip('x', checkpoint(both), [])).rejects.toThrow(
      /twice, once behind a wrapper \(_orig_mod\./,
    );
  });
});

describe('what a text tower has beside a CLIP’s', () => {
  it.each([
    ['text_projection.bias', [16]],
    ['transformer.resblocks.0.ls_1.gamma', [64]],
    ['cls_emb', [64]],
    ['positional_embedding_res', [8, 64]],
  ] as const)('keeps it from being computed: OpenCLIP’s %s', async (name, shape) => {
    const tensors = [...(await tensorsOf(SOURCES.OpenCLIP)), header(name, shape)];
    const base = await baseOf('OpenCLIP');
    const { text, remarks } = await describeClip('x', checkpoint(tensors), [], base);
    expect(text).toBeUndefined();
    expect(remarks[0]).toContain(`
  - ${name} is `);
  });

  it('keeps it from being computed: Hugging Face’s', async () => {
    const name = 'text_model.embeddings.position_embedding_res.weight';
    const tensors = [...(await tensorsOf(SOURCES['Hugging Face'])), header(name, [77, 32])];
    const base = await baseOf('Hugging Face');
    const { text, remarks } = await describeClip('x', checkpoint(tensors), [], base);
    expect(text).toBeUndefined();
    expect(remarks[0]).toContain(`${name} is a second table of positions, as Long-CLIP has`);
  });

  it('takes a logit scale of one dimension for the number that it is', async () => {
    const tensors = (await tensorsOf(SOURCES.OpenCLIP)).map((tensor) =>
      tensor.name === 'logit_scale' ? { ...tensor, shape: [1] } : tensor,
    );
    const base = await baseOf('OpenCLIP');
    const { text } = await describeClip('x', checkpoint(tensors), [], base);
    expect(text?.tensors.get('logit_scale')?.shape).toEqual([]);
  });

  it('refuses a projection with more than a matrix', async () => {
    const tensors = [
      ...(await tensorsOf(SOURCES['Hugging Face'])),
      header('visual_projection.bias', [32]),
    ];
    const base = await baseOf('Hugging Face');
    await expect(describeClip('x', checkpoint(tensors), [], base)).rejects.toThrow(
      "visual_projection.bias is unknown to CLIP's projection",
    );
  });
});
