import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors';
import { openCheckpoint } from './open';
import type { Checkpoint, NamedBlob } from './types';

const FIXTURES = new URL('../../reference/fixtures/formats/', import.meta.url);

function fixture(path: string, name = path): NamedBlob {
  return { name, blob: new Blob([readFileSync(new URL(path, FIXTURES))]) };
}

function fileOf(name: string, content: string): NamedBlob {
  return { name, blob: new Blob([Uint8Array.from(content, (letter) => letter.charCodeAt(0))]) };
}

/** A safetensors file of one tensor, a byte that tells the file. */
function tensorFile(name: string, value: number): NamedBlob {
  const header = '{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  return fileOf(
    name,
    `${String.fromCharCode(header.length)}\0\0\0\0\0\0\0${header}${String.fromCharCode(value)}`,
  );
}

async function sha256(checkpoint: Checkpoint, name: string): Promise<string> {
  const bytes = (await checkpoint.tensors.get(name)?.read()) ?? new Uint8Array(0);
  return createHash('sha256').update(bytes).digest('hex');
}

const refusal = (files: readonly NamedBlob[]) =>
  openCheckpoint(files).then(
    () => 'opened',
    (error: unknown) => (error instanceof FormatError ? error.message : error),
  );

describe('a lone file is opened by its content', () => {
  it.each([
    ['torch/files/ordered-dict.pt', 'weights.safetensors', 'pytorch'],
    ['torch/files/legacy.pt', 'anything', 'pytorch'],
    ['shards/safetensors/model-00001-of-00004.safetensors', 'pytorch_model.bin', 'safetensors'],
  ])('%s called %s', async (path, name, format) => {
    const checkpoint = await openCheckpoint([fixture(path, name)]);
    expect(checkpoint.format).toBe(format);
    expect(checkpoint.file).toBe(name);
    expect(checkpoint.tensors.size).toBeGreaterThan(0);
  });
});

describe('other files are refused by what they are', () => {
  it.each([
    [
      'model.safetensors',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 605157884\n',
      'this is a Git LFS pointer of a few lines, not the file that it points to. Download the real file',
    ],
    ['model.safetensors', '<!DOCTYPE html>\n<html>', 'it is a web page'],
    ['pytorch_model.bin', '\n<html><head>', 'it is a web page'],
    ['model.safetensors', '', 'it is empty. Download it again.'],
    ['model.safetensors', '{"error":"Entry not found"}', 'it is a JSON file without weights'],
    ['model.gguf', 'GGUF\x03\0\0\0', 'it is a GGUF file'],
    ['model.onnx', '\x08\x08\x12\x07pytorch', 'it is an ONNX graph'],
    ['model', '\x08\x0a:\x80\x01', 'it is an ONNX graph'],
    ['tf_model.h5', '\x89HDF\r\n\x1a\n\0', 'it is an HDF5 file'],
    ['flax_model.msgpack', '\x83\xa5model\x80', 'it is a msgpack file'],
    ['params', '\x82\xd9\x25vision_model', 'it is a msgpack file'],
    ['saved_model.pb', '\x08\x01\x12\x99\x01', 'it is a part of a TensorFlow checkpoint'],
    ['model.ckpt.index', '\0\0\0\0\x57\xfb\x80\x8b', 'it is a part of a TensorFlow checkpoint'],
    ['model.tflite', '\x1c\0\0\0TFL3', 'it is a TensorFlow Lite model'],
    ['model.npz', 'PK\x03\x04', 'it is a damaged zip archive'],
    ['x.npy', '\x93NUMPY\x01\0', 'it is a single NumPy array'],
    ['model.tar.gz', '\x1f\x8b\x08', 'it is compressed with gzip'],
    ['model.tar', `${'\0'.repeat(257)}ustar`, 'it is a tar archive'],
    ['weights.pkl', '\x80\x04\x95', 'it is a Python pickle that torch.save did not write'],
    ['weights.pkl', '(lp0\n', 'it is a Python pickle of protocol 0'],
    ['merges.txt', '#version: 0.2\n', 'it is in no format that this program knows'],
    ['model.safetensors', '\xff'.repeat(20), 'its first 8 bytes give the header a length of'],
  ])('%s', async (name, content, reason) => {
    expect(await refusal([fileOf(name, content)])).toMatch(new RegExp(`^${name}: ${reason}`));
  });

  it('no file at all', async () => {
    expect(await refusal([])).toBe(
      'checkpoint: no file was given. Add a model file or its folder.',
    );
  });
});

describe('of a folder the weights are taken that transformers would load', () => {
  const companions = [
    fileOf('clip/config.json', '{"model_type": "clip"}'),
    fileOf('clip/merges.txt', '#version: 0.2\n'),
    fileOf('clip/flax_model.msgpack', '\x83\xa5model\x80'),
    fileOf('clip/training_args.bin', '\x80\x04\x95'),
  ];
  const torch = fixture('torch/files/ordered-dict.pt', 'clip/pytorch_model.bin');

  it.each([
    [
      'the usual name before others',
      [tensorFile('clip/optimizer.safetensors', 2), tensorFile('clip/model.safetensors', 1)],
    ],
    ['safetensors before PyTorch', [torch, tensorFile('clip/model.safetensors', 1)]],
    [
      'safetensors of any name before several of PyTorch',
      [
        { ...torch, name: 'clip/a.pt' },
        { ...torch, name: 'clip/b.pt' },
        tensorFile('clip/open_clip_model.safetensors', 1),
      ],
    ],
    [
      'the folder itself before those in it',
      [tensorFile('clip/onnx/model.safetensors', 2), tensorFile('clip/model.safetensors', 1)],
    ],
  ])('%s', async (_, files) => {
    const { tensors } = await openCheckpoint([...companions, ...files]);
    expect(await tensors.get('x')?.read()).toEqual(Uint8Array.of(1));
  });

  it.each([
    [
      'an adapter, not what its training left',
      ['adapter_model.bin', 'training_args.bin', 'optimizer.pt', 'rng_state_0.pth'],
    ],
    ['a lone file, not what a Mac wrote beside it', ['mnist.safetensors', '._mnist.safetensors']],
  ])('%s', async (_, [weights = '', ...others]) => {
    const like = (name: string) =>
      name.endsWith('.safetensors')
        ? tensorFile(`clip/${name}`, 1)
        : { ...torch, name: `clip/${name}` };
    const files = [...others, weights].map(like);
    expect((await openCheckpoint([...companions, ...files])).file).toBe(`clip/${weights}`);
  });

  it('PyTorch where safetensors is only a pointer', async () => {
    const pointer = fileOf(
      'clip/model.safetensors',
      'version https://git-lfs.github.com/spec/v1\n',
    );
    expect((await openCheckpoint([pointer, ...companions, torch])).file).toBe(
      'clip/pytorch_model.bin',
    );
    expect(await refusal([...companions.slice(0, 2), pointer])).toMatch(
      /^clip\/model\.safetensors: this is a Git LFS pointer/,
    );
  });

  it('none where it is not clear which', async () => {
    expect(await refusal([tensorFile('b.safetensors', 1), tensorFile('a.safetensors', 2)])).toBe(
      'a.safetensors: it is not the only file with weights: a.safetensors, b.safetensors. Add each model on its own.',
    );
    expect(await refusal(companions)).toMatch(/^clip\/flax_model\.msgpack: it is a msgpack file/);
  });
});

interface Shards {
  readonly tensors: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
  readonly overlapping: {
    readonly tensor: string;
    readonly byTheIndex: string;
    readonly inTransformers: string;
  };
}
const expected: Shards = JSON.parse(
  readFileSync(new URL('shards/expected.json', FIXTURES), 'utf8'),
);
const FOUR = [1, 2, 3, 4];
const shardNames = FOUR.map((n) => `model-0000${n}-of-00004.safetensors`);
const safetensorsShards = shardNames.map((name) =>
  fixture(`shards/safetensors/${name}`, `clip/${name}`),
);
const index = fixture(
  'shards/safetensors/model.safetensors.index.json',
  'clip/model.safetensors.index.json',
);
const torchShards = FOUR.map((n) => `pytorch_model-0000${n}-of-00004.bin`).map((name) =>
  fixture(`shards/torch/${name}`, `clip/${name}`),
);
const torchIndex = fixture(
  'shards/torch/pytorch_model.bin.index.json',
  'clip/pytorch_model.bin.index.json',
);

describe('shards', () => {
  it.each([
    ['safetensors', [index, ...safetensorsShards], 'safetensors'],
    ['safetensors, last first', [...safetensorsShards.toReversed(), index], 'safetensors'],
    [
      'PyTorch',
      [torchShards[2], torchIndex, torchShards[0], torchShards[3], torchShards[1]],
      'pytorch',
    ],
    [
      'both in one folder, with its other files',
      [
        ...torchShards,
        torchIndex,
        ...safetensorsShards,
        index,
        fixture('shards/safetensors/config.json', 'clip/config.json'),
      ],
      'safetensors',
    ],
  ])('%s', async (_, files, format) => {
    const checkpoint = await openCheckpoint(files.filter((file) => file !== undefined));
    expect(checkpoint.format).toBe(format);
    expect(checkpoint.file).toMatch(/^clip\/.*\.index\.json$/);
    expect([...checkpoint.tensors.keys()].toSorted()).toEqual(
      Object.keys(expected.tensors).toSorted(),
    );
    for (const [name, tensor] of Object.entries(expected.tensors)) {
      expect(await sha256(checkpoint, name)).toBe(tensor.sha256);
    }
  });

  it('what training left beside them and other models are left alone', async () => {
    const others = ['training_args.bin', 'optimizer.bin', 'adapter_model.bin', 'mnist.bin'].map(
      (name) => fixture('torch/files/ordered-dict.pt', `clip/${name}`),
    );
    const { tensors } = await openCheckpoint([...others, torchIndex, ...torchShards]);
    expect(tensors.size).toBe(Object.keys(expected.tensors).length);
  });

  it('a tensor is taken from the shard that the index gives it', async () => {
    const path = 'shards/overlapping/model-00004-of-00004.safetensors';
    const overlapping = fixture(path, 'clip/model-00004-of-00004.safetensors');
    const { tensor, byTheIndex, inTransformers } = expected.overlapping;
    expect(byTheIndex).not.toBe(inTransformers);
    const checkpoint = await openCheckpoint([overlapping, ...safetensorsShards.slice(0, 3), index]);
    expect(await sha256(checkpoint, tensor)).toBe(byTheIndex);
  });

  it('a missing shard is named', async () => {
    expect(await refusal([index, ...safetensorsShards.slice(1)])).toBe(
      'clip/model.safetensors.index.json: 1 of its 4 shards is missing: model-00001-of-00004.safetensors. Add the index and all of its shards together.',
    );
  });

  it('a missing index is named', async () => {
    expect(await refusal(safetensorsShards)).toMatch(
      /^clip\/model-00001-of-00004\.safetensors: this is one of several shards, and their index is missing\./,
    );
  });

  it('a foreign shard is named: one that the index does not name, and one of another model', async () => {
    expect(
      await refusal([
        index,
        ...safetensorsShards,
        tensorFile('clip/model-00005-of-00005.safetensors', 1),
      ]),
    ).toBe(
      'clip/model-00005-of-00005.safetensors: clip/model.safetensors.index.json names no such shard. Remove it, or add it with its own index.',
    );
    const [, ...others] = safetensorsShards;
    expect(
      await refusal([index, tensorFile('clip/model-00001-of-00004.safetensors', 1), ...others]),
    ).toMatch(
      /^clip\/model-00001-of-00004\.safetensors: it has no tensor "[\w.]+", which clip\/model\.safetensors\.index\.json expects in it\./,
    );
  });

  it('a damaged shard is named', async () => {
    const [first, ...others] = safetensorsShards;
    const cut = { name: first?.name ?? '', blob: first?.blob.slice(0, -4) ?? new Blob() };
    expect(await refusal([index, cut, ...others])).toMatch(
      /^clip\/model-00001-of-00004\.safetensors: .*download it again\.$/,
    );
    const pointer = fileOf(cut.name, 'version https://git-lfs.github.com/spec/v1\n');
    expect(await refusal([index, pointer, ...others])).toMatch(
      /^clip\/model-00001-of-00004\.safetensors: this is a Git LFS pointer/,
    );
  });

  it.each([
    [
      '{"weight_map": {"x": "../secret.safetensors"}}',
      'no plain file name, but "../secret.safetensors"',
    ],
    ['{"weight_map": {"x": "sub/a.safetensors"}}', 'no plain file name'],
    ['{"weight_map": {"x": "sub\\\\a.safetensors"}}', 'no plain file name'],
    ['{"weight_map": {"x": "https://host/a.safetensors"}}', 'no plain file name'],
    ['{"weight_map": {"x": ""}}', 'no plain file name'],
    ['{"weight_map": {"x": 3}}', 'no plain file name, but 3'],
    ['{"weight_map": {}}', 'its "weight_map" is empty'],
    ['{"weight_map": ["x"]}', 'it has no "weight_map"'],
    ['{"weight_map": ', 'it has no "weight_map"'],
    [`{"weight_map": ${'['.repeat(100_000)}`, 'it has no "weight_map"'],
    [
      `{"weight_map": {${Array.from({ length: 200_001 }, (_, i) => `"${i}":"a"`)}}}`,
      'more than 200000 tensors',
    ],
    [
      `{"weight_map": {${Array.from({ length: 10_001 }, (_, i) => `"${i}":"${i}"`)}}}`,
      'more than 10000 shards',
    ],
  ])('the index %.60s is refused', async (text, reason) => {
    const message = await refusal([
      fileOf('model.safetensors.index.json', text),
      tensorFile('a.safetensors', 1),
    ]);
    expect(message).toMatch(/^model\.safetensors\.index\.json: .* Download the index again\.$/);
    expect(message).toContain(reason);
  });
});
