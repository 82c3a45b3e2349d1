import { describe, expect, it } from 'vitest';
import type { ModelRole } from '../parts';
import { modelFiles } from './model-files';

const chosen = (paths: readonly string[], role: ModelRole = 'weights', subfolder?: string) =>
  modelFiles(
    paths.map((path) => ({ path })),
    { name: 'org/m', subfolder, role },
  ).map(({ path }) => path);

describe('of a model’s repository', () => {
  it('one format of the weights is read, safetensors first', () => {
    const beside = ['config.json', 'tokenizer.json', 'preprocessor_config.json'];
    const foreign = ['flax_model.msgpack', 'tf_model.h5', 'training_args.bin', 'README.md'];
    const all = [...beside, 'pytorch_model.bin', 'model.safetensors', ...foreign];
    expect(chosen(all)).toEqual([...beside, 'model.safetensors']);
    expect(chosen(all.filter((path) => path !== 'model.safetensors'))).toEqual([
      ...beside,
      'pytorch_model.bin',
    ]);
  });

  it('an index brings its shards', () => {
    const shards = [
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ];
    const others = ['pytorch_model-00001-of-00001.bin', 'pytorch_model.bin.index.json'];
    expect(chosen([...shards, ...others]).sort()).toEqual(shards);
  });

  it('an adapter is read alone, or beside a model where it is asked for', () => {
    const adapter = ['adapter_config.json', 'adapter_model.bin', 'adapter_model.safetensors'];
    const expected = ['adapter_config.json', 'adapter_model.safetensors'];
    expect(chosen(adapter)).toEqual(expected);
    expect(chosen([...adapter, 'model.safetensors'], 'adapter')).toEqual(expected);
    expect(chosen([...adapter, 'model.safetensors'])).toEqual([
      'adapter_config.json',
      'model.safetensors',
    ]);
  });

  it('weights of other names are read where there are no usual ones', () => {
    expect(chosen(['mnist.pt', 'mnist.safetensors'])).toEqual(['mnist.safetensors']);
    expect(chosen(['mnist.pt'])).toEqual(['mnist.pt']);
  });

  it('a processor has no weights', () => {
    expect(chosen(['vocab.json', 'merges.txt', 'model.safetensors'], 'processor')).toEqual([
      'vocab.json',
      'merges.txt',
    ]);
  });

  it('the subfolder that is named counts, and no other', () => {
    const paths = ['model.safetensors', 'vision/config.json', 'vision/model.safetensors'];
    expect(chosen(paths)).toEqual(['model.safetensors']);
    expect(chosen(paths, 'weights', 'vision')).toEqual(paths.slice(1));
  });

  it('it is said where there is nothing to read', () => {
    expect(() => chosen(['tf_model.h5'])).toThrow(
      'org/m has no weights on the Hub that are read here (model.safetensors, pytorch_model.bin).',
    );
    expect(() => chosen(['a/model.safetensors'])).toThrow(
      'There are a/model.safetensors; name the subfolder.',
    );
    expect(() => chosen(['x.txt'], 'processor')).toThrow('org/m has no files of a processor');
  });
});
