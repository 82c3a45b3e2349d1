import { describe, expect, it } from 'vitest';
import {
  adapterWeights,
  isCompanion,
  isLitter,
  isProcessorFile,
  isStandardWeights,
  isWeights,
  roleOf,
  shardsOf,
  splitAdapter,
  standardWeights,
  withoutEnding,
} from './file-roles';

const named = (names: readonly string[]) => names.map((name) => ({ name }));
const namesOf = (files: readonly { name: string }[]) => files.map(({ name }) => name);

/** The files of the Hub's usual folders, and what they are. */
const TABLE = {
  weights: [
    'model.safetensors',
    'pytorch_model.bin',
    'open_clip_model.safetensors',
    'open_clip_pytorch_model.bin',
    'clip/vision/model.safetensors',
    'mnist.PT',
    'ViT-B-32.pth',
    'epoch_latest.ckpt',
    'optimizers.pt',
    'non_lora_trainables.bin',
  ],
  index: ['model.safetensors.index.json', 'pytorch_model.bin.index.json'],
  shard: ['model-00001-of-00004.safetensors', 'm/pytorch_model-00002-of-00002.bin'],
  'adapter weights': ['adapter_model.safetensors', 'adapter_model.bin'],
  'adapter config': ['lora/adapter_config.json'],
  companion: [
    'config.json',
    'clip/config.json',
    'open_clip_config.json',
    'preprocessor_config.json',
    'processor_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'added_tokens.json',
    'vocab.json',
    'merges.txt',
  ],
  bystander: [
    'training_args.bin',
    'optimizer.pt',
    'optimizer.safetensors',
    'optimizer_0.bin',
    'scheduler.pt',
    'scaler.pt',
    'rng_state.pth',
    'rng_state_0.pth',
    'random_states_0.pkl',
    'tf_model.h5',
    'flax_model.msgpack',
    'onnx/model.onnx',
    'onnx/model.onnx_data',
    'openvino/openvino_model.bin',
    'clip.gguf',
    'model.ckpt.index',
    'model.ckpt.data-00000-of-00001',
  ],
  litter: [
    '.gitattributes',
    'clip/.DS_Store',
    'clip/._model.safetensors',
    'clip/.cache/huggingface/download/model.safetensors',
    '__MACOSX/clip/model.safetensors',
    'clip/Thumbs.db',
  ],
  other: ['README.md', 'trainer_state.json', 'scheduler_config.json', 'tasks.json', 'cat.png', ''],
};

describe('what a file is, by its name', () => {
  for (const [role, names] of Object.entries(TABLE)) {
    it.each(names)(`${role}: %s`, (name) => {
      expect(roleOf(name)).toBe(role);
    });
  }

  it('says what a model is opened from, and what describes it', () => {
    const all = named(Object.values(TABLE).flat());
    expect(namesOf(all.filter(isWeights))).toEqual([
      ...TABLE.weights,
      ...TABLE.index,
      ...TABLE.shard,
      ...TABLE['adapter weights'],
    ]);
    expect(namesOf(all.filter(isCompanion))).toEqual([
      ...TABLE['adapter config'],
      ...TABLE.companion,
    ]);
  });

  it('tells what a merged model has of its base from what it has of its own', () => {
    expect(TABLE.companion.filter((name) => !isProcessorFile({ name }))).toEqual([
      'config.json',
      'clip/config.json',
      'open_clip_config.json',
    ]);
    expect(isProcessorFile({ name: 'model.safetensors' })).toBe(false);
  });

  it('takes a hidden folder for what was meant where nothing is around it', () => {
    expect(isLitter('.models/clip/model.safetensors')).toBe(false);
    expect(isLitter('.models/clip/.git/HEAD')).toBe(true);
  });
});

describe('of several files', () => {
  it('those that transformers looks for come in its order, then OpenCLIP’s', () => {
    const order = [
      'model.safetensors',
      'model.safetensors.index.json',
      'pytorch_model.bin',
      'pytorch_model.bin.index.json',
      'open_clip_model.safetensors',
      'open_clip_pytorch_model.bin',
    ];
    const adapters = ['adapter_model.safetensors', 'adapter_model.bin'];
    const files = named([...order, ...adapters, 'mnist.pt', 'config.json'].toReversed());
    expect(namesOf(standardWeights(files))).toEqual(order);
    expect(namesOf(adapterWeights(files))).toEqual(adapters);
    expect(namesOf(files.filter(isStandardWeights)).toSorted()).toEqual(
      [...order, ...adapters].toSorted(),
    );
  });

  it('an adapter and the model beside it are taken apart', () => {
    const model = named(['model.safetensors', 'config.json', 'training_args.bin']);
    const adapter = named(['adapter_config.json', 'adapter_model.safetensors']);
    expect(splitAdapter([...adapter, ...model])).toEqual({ model, adapter });
    const alone = [...adapter, ...named(['tokenizer.json', 'optimizer.pt'])];
    expect(splitAdapter(alone)).toEqual({ model: [], adapter: alone });
    const unnamed = named(['mnist.safetensors', 'adapter_config.json']);
    expect(splitAdapter(unnamed)).toEqual({ model: unnamed, adapter: [] });
  });

  it.each([
    [
      'model.safetensors.index.json',
      ['model-00002-of-00002.safetensors', 'model-00001-of-00002.safetensors'],
      ['model-00001-of-00002.bin', 'clip-00001-of-00001.safetensors', 'mnist.safetensors'],
    ],
    ['m/pytorch_model.bin.index.json', ['m/part-1-of-1.bin'], ['n/part-1-of-1.bin', 'm/x.bin']],
    [
      'model.safetensors.index.json',
      ['a.safetensors', 'b.SAFETENSORS'],
      ['open_clip_model.safetensors', 'optimizer.safetensors', 'a.pt', 'config.json'],
    ],
    ['shards.index.json', ['a-1-of-2.bin', 'b-2-of-2.safetensors'], ['model.safetensors']],
  ])('the shards of %s are those called so, else others of its format', (index, shards, others) => {
    expect(namesOf(shardsOf(index, named([...shards, ...others])))).toEqual(shards);
  });
});

it.each([
  ['mnist.safetensors', 'mnist'],
  ['model.safetensors.index.json', 'model'],
  ['clip-v1.5.PT', 'clip-v1.5'],
  ['clip-v1.5', 'clip-v1.5'],
  ['model.onnx', 'model'],
])('a model of %s is called %s', (name, model) => {
  expect(withoutEnding(name)).toBe(model);
});
