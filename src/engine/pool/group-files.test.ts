import { describe, expect, it } from 'vitest';
import { groupModelFiles } from './group-files';

const group = (...paths: string[]) => {
  const { models, unused } = groupModelFiles(
    paths.map((path) => ({ path, file: new File([], path.slice(path.lastIndexOf('/') + 1)) })),
  );
  return {
    models: Object.fromEntries(
      models.map(({ name, files }) => [name, files.map((file) => file.name)]),
    ),
    unused,
  };
};

describe('a snapshot of the Hugging Face cache', () => {
  const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';
  const sources = (...paths: string[]) =>
    groupModelFiles(paths.map((path) => ({ path, file: new File([], 'x') }))).models.map(
      ({ name, source }) => [name, source],
    );

  it('is a model that knows repository, commit and path of its weights', () => {
    const folder = `hub/models--org--m/snapshots/${COMMIT}`;
    expect(sources(`${folder}/config.json`, `${folder}/model.safetensors`)).toEqual([
      ['org/m', `org/m@${COMMIT}/model.safetensors`],
    ]);
    expect(sources(`${folder}/vision/model.safetensors`)).toEqual([
      ['org/m/vision', `org/m@${COMMIT}/vision/model.safetensors`],
    ]);
  });

  it('knows none where the commit is not known, like any other folder', () => {
    expect(sources('models--org--m/snapshots/blobs/model.safetensors')).toEqual([
      ['org/m', undefined],
    ]);
    expect(sources('m/model.safetensors')).toEqual([['m', undefined]]);
  });
});

describe('dropped files', () => {
  it('become one model per folder, named by it', () => {
    expect(
      group(
        'pool/experts/mnist/model.safetensors',
        'pool/base/config.json',
        'pool/base/model.safetensors',
        'pool/base/tokenizer.json',
        'pool/README.md',
      ),
    ).toEqual({
      models: {
        base: ['model.safetensors', 'config.json', 'tokenizer.json'],
        mnist: ['model.safetensors'],
      },
      unused: ['pool/README.md'],
    });
  });

  it('become a model named by the file when there is no folder', () => {
    expect(group('mnist.safetensors').models).toEqual({ mnist: ['mnist.safetensors'] });
  });

  it('become several models when a folder holds several lone files, which share its configuration', () => {
    expect(
      group('experts/mnist.safetensors', 'experts/dtd.pt', 'experts/config.json').models,
    ).toEqual({
      mnist: ['mnist.safetensors', 'config.json'],
      dtd: ['dtd.pt', 'config.json'],
    });
  });

  it('take one of several formats of the same weights and name the others', () => {
    expect(group('m/model.safetensors', 'm/pytorch_model.bin', 'm/flax_model.msgpack')).toEqual({
      models: { m: ['model.safetensors'] },
      unused: ['m/pytorch_model.bin', 'm/flax_model.msgpack'],
    });
  });

  it('keep shards with their index', () => {
    expect(
      group(
        'm/model-00002-of-00002.safetensors',
        'm/model.safetensors.index.json',
        'm/model-00001-of-00002.safetensors',
      ).models,
    ).toEqual({
      m: [
        'model.safetensors.index.json',
        'model-00002-of-00002.safetensors',
        'model-00001-of-00002.safetensors',
      ],
    });
  });

  it('keep shards together when their index is missing', () => {
    expect(group('m/model-00001-of-00002.safetensors').models).toEqual({
      m: ['model-00001-of-00002.safetensors'],
    });
  });

  it.each([
    ['adapter_model.safetensors', 'adapter_config.json'],
    ['adapter_model.bin', 'adapter_config.json'],
    ['open_clip_model.safetensors', 'open_clip_config.json'],
    ['pytorch_model.bin', 'config.json', 'vocab.json', 'merges.txt'],
  ])('keep %s with what says how to read it', (...names) => {
    expect(group(...names.map((name) => `m/${name}`))).toEqual({
      models: { m: names },
      unused: [],
    });
  });

  it('keep an adapter apart from the model beside it', () => {
    expect(
      group(
        'm/adapter_model.safetensors',
        'm/model.safetensors',
        'm/adapter_config.json',
        'm/config.json',
      ),
    ).toEqual({
      models: {
        m: ['model.safetensors', 'config.json'],
        adapter_model: ['adapter_model.safetensors', 'adapter_config.json'],
      },
      unused: [],
    });
    expect(group('l/adapter_model.bin', 'l/adapter_config.json', 'l/training_args.bin')).toEqual({
      models: { l: ['adapter_model.bin', 'adapter_config.json'] },
      unused: ['l/training_args.bin'],
    });
  });

  it('are all taken where they were chosen one by one, but not what training left', () => {
    const files = ['model.safetensors', 'config.json', 'mnist.bin', 'pytorch_model.bin'];
    expect(group(...files, 'optimizer.pt')).toEqual({
      models: { model: ['model.safetensors', 'config.json'], mnist: ['mnist.bin'] },
      unused: ['pytorch_model.bin', 'optimizer.pt'],
    });
  });

  it('that are no weights here are left to the reader, which says what they are', () => {
    expect(group('m/model.onnx').models).toEqual({ model: ['model.onnx'] });
  });

  it('take of a whole repository the weights and what belongs to them', () => {
    const used = [
      'clip/model.safetensors',
      'clip/config.json',
      'clip/merges.txt',
      'clip/preprocessor_config.json',
      'clip/special_tokens_map.json',
      'clip/tokenizer.json',
      'clip/tokenizer_config.json',
      'clip/vocab.json',
    ];
    const unused = [
      'clip/README.md',
      'clip/flax_model.msgpack',
      'clip/pytorch_model.bin',
      'clip/tf_model.h5',
      'clip/training_args.bin',
      'clip/onnx/config.json',
      'clip/onnx/model.onnx',
      'clip/onnx/model_quantized.onnx',
    ];
    expect(group(...used, ...unused)).toEqual({
      models: { clip: used.map((path) => path.slice('clip/'.length)) },
      unused,
    });
  });

  it('take the shards of one format where both are there', () => {
    const shards = ['model.safetensors.index.json', 'model-00001-of-00001.safetensors'];
    const others = ['pytorch_model.bin.index.json', 'pytorch_model-00001-of-00001.bin'];
    expect(group(...[...others, ...shards].map((name) => `m/${name}`))).toEqual({
      models: { m: shards },
      unused: others.map((name) => `m/${name}`),
    });
  });

  it('take an index of any name, and shards of any name', () => {
    expect(group('clip.safetensors.index.json', 'clip-00001-of-00001.safetensors')).toEqual({
      models: { clip: ['clip.safetensors.index.json', 'clip-00001-of-00001.safetensors'] },
      unused: [],
    });
    expect(group('m/model.safetensors.index.json', 'm/a.safetensors').models).toEqual({
      m: ['model.safetensors.index.json', 'a.safetensors'],
    });
  });

  it('keep an adapter’s settings with weights of another name', () => {
    expect(group('l/mnist.safetensors', 'l/adapter_config.json').models).toEqual({
      l: ['mnist.safetensors', 'adapter_config.json'],
    });
  });
});
