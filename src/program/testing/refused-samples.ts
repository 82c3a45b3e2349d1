/** Test support: what is refused. */
import type { NamedBlob } from '../../checkpoint/types';
import { describeClip } from '../../clip/describe';
import { fixtureFile, fixtureFiles, jsonFile, openFixture } from '../../clip/testing';
import { BASE_PATCH32, checkpoint, header, visionHeaders } from '../../clip/testing-checkpoints';
import {
  bytes,
  files,
  folder,
  foreign,
  type OpenClipChange,
  openClipConfig,
  relative,
  type Sample,
  safetensorsCase,
  torchFile,
  zeros,
} from './sample';

const P8 = 'merge/p8-32';
const SHARDS = 'formats/shards/safetensors';
const INDEX = 'model.safetensors.index.json';

const lora = (what: string, name: string) => folder(what, `formats/lora/${name}`, SHARDS);

/** A file of zeros with one telling tensor. */
const named = (what: string, ...names: readonly string[]) =>
  files(what, async () => [await zeros(Object.fromEntries(names.map((name) => [name, [1]])))]);

/** The base of the fixtures in shards, changed. */
const shards = (what: string, change: (all: NamedBlob[]) => NamedBlob[] | Promise<NamedBlob[]>) =>
  files(what, async () => change(await fixtureFiles(SHARDS)));

/** A ViT-B/32's headers, changed. */
const tower = (
  what: string,
  change: (tensors: ReturnType<typeof visionHeaders>) => ReturnType<typeof visionHeaders>,
  ...beside: NamedBlob[]
): Sample => ({
  what,
  open: async () => {
    const tensors = change(visionHeaders(BASE_PATCH32));
    return (await describeClip('tower', checkpoint(tensors), beside)).architecture;
  },
});

/** OpenCLIP's fixture with a change in its configuration. */
const openClip = (what: string, settings: OpenClipChange, preprocess_cfg: object = {}) =>
  files(what, async () => [
    await fixtureFile('formats/layouts/open-clip/open_clip_model.safetensors'),
    jsonFile('open_clip_config.json', { ...(await openClipConfig(settings)), preprocess_cfg }),
  ]);

const adapterOf =
  (changes: object): (() => Promise<NamedBlob[]>) =>
  async () => [
    ...(await fixtureFiles('formats/lora/plain')).filter(({ name }) => !name.endsWith('.json')),
    jsonFile('adapter_config.json', { peft_type: 'LORA', r: 4, lora_alpha: 8, ...changes }),
  ];

const ZIP_OF_ARRAYS = 'zip-of-something-else.pt';

export const REFUSED: Readonly<Record<string, readonly Sample[]>> = {
  'No checkpoint, or another kind of one': [
    bytes('A Git LFS pointer', 'model.safetensors', 'version https://git-lfs.github.com/spec/v1\n'),
    bytes('A web page that came instead of the file', 'model.safetensors', '<!DOCTYPE html>'),
    bytes('An empty file', 'model.safetensors', ''),
    bytes('A JSON file', 'model.safetensors', '{"error":"Entry not found"}'),
    bytes('GGUF', 'model.gguf', 'GGUF\x03\0\0\0'),
    bytes('ONNX', 'model.onnx', '\x08\x08\x12\x07pytorch'),
    bytes('Keras and TensorFlow', 'tf_model.h5', '\x89HDF\r\n\x1a\n\0'),
    bytes('TensorFlow Lite', 'model.tflite', '\x1c\0\0\0TFL3'),
    bytes('Flax', 'flax_model.msgpack', '\x83\xa5model\x80'),
    bytes('A packed archive', 'model.tar.gz', '\x1f\x8b\x08'),
    bytes('A pickle of other programs', 'weights.pkl', '\x80\x04\x95'),
    bytes('Anything else', 'merges.txt', '#version: 0.2\n'),
  ],
  'safetensors that break the format': [
    safetensorsCase('data truncated'),
    safetensorsCase('one byte after the data'),
    safetensorsCase('overlapping tensors'),
    safetensorsCase('a hole between tensors'),
    safetensorsCase('size is not shape times dtype'),
    safetensorsCase('dtype "FP16"'),
    safetensorsCase('a trailing comma'),
    safetensorsCase('metadata value is a number'),
    safetensorsCase('declared length 2^63'),
    safetensorsCase('one name, two different tensors'),
  ],
  'PyTorch files': [
    torchFile('A whole pickled model', 'module.pt'),
    torchFile('A pickle that would run a command', 'global-os-system.pt'),
    torchFile('A call of a harmless name with code', 'reduce-runs-code.pt'),
    torchFile('NumPy arrays and no tensor', 'numpy-array.pt'),
    torchFile(
      'A part that is not there (`FILE#ema`)',
      'model-and-ema.pt',
      'formats/training',
      'ema',
    ),
    torchFile('Sparse tensors', 'sparse.pt'),
    torchFile('Tensors without data', 'meta.pt'),
    torchFile('Lazily conjugated tensors', 'conjugate.pt'),
    torchFile('Cut off', 'truncated.pt'),
    torchFile('A tensor beyond the end of its storage', 'beyond-the-storage.pt'),
    torchFile('Another zip archive', ZIP_OF_ARRAYS),
  ],
  Shards: [
    shards('A shard is missing', (all) => all.filter(({ name }) => !name.includes('00002-of'))),
    shards('The index is missing', (all) => all.filter(({ name }) => name !== INDEX)),
    shards('A shard of another model', async (all) => [
      ...all.filter(({ name }) => !name.includes('00002-of')),
      { ...(await zeros({ x: [1] })), name: 'model-00002-of-00004.safetensors' },
    ]),
    shards('A shard too many', async (all) => [
      ...all,
      { ...(await zeros({ x: [1] })), name: 'model-00005-of-00005.safetensors' },
    ]),
    shards('An index that names a path', (all) => [
      ...all.filter(({ name }) => name !== INDEX),
      jsonFile(INDEX, { weight_map: { x: '../secret.safetensors' } }),
    ]),
  ],
  'Models that are no CLIP': [
    foreign('SigLIP', 'SiglipModel'),
    foreign('DINOv2', 'Dinov2Model'),
    foreign('ViT', 'ViTForImageClassification'),
    foreign("CLIP's text tower alone", 'CLIPTextModel'),
    foreign('EVA-CLIP in OpenCLIP', 'OpenCLIP on timm (EVA)'),
    foreign('A ResNet CLIP', 'OpenCLIP ResNet'),
    foreign('CoCa', 'OpenCLIP CoCa'),
    foreign('Attention pooling', 'OpenCLIP without pre-norm, attention pool'),
    foreign('A ResNet', 'ResNetModel'),
    foreign('BERT', 'BertModel'),
    relative('OWL-ViT', 'OwlViTModel'),
    relative('MLCD', 'MLCDVisionModel'),
    relative('GroupViT', 'GroupViTModel'),
    relative('SigLIP 2', 'Siglip2Model'),
    relative('ALIGN', 'AlignModel'),
    relative('BLIP', 'BlipModel'),
    relative('X-CLIP', 'XCLIPModel'),
    named('BLIP-2', 'query_tokens'),
    named('LLaVA', 'vision_tower.vision_model.embeddings.class_embedding'),
    named('Stable Diffusion', 'model.diffusion_model.input_blocks.0.0.weight'),
    named('Anything else', 'a.weight', 'b.weight'),
  ],
  'CLIPs that are not whole, or not what their configuration says': [
    tower('A tensor is missing', (all) =>
      all.filter(({ name }) => !/post_layernorm.bias/.test(name)),
    ),
    tower('A tensor of another shape', (all) => [
      ...all.filter(({ name }) => !/post_layernorm.bias/.test(name)),
      header('vision_model.post_layernorm.bias', [767]),
    ]),
    tower('A tensor that no CLIP has', (all) => [
      ...all,
      header('vision_model.encoder.layers.0.self_attn.q_norm.weight', [64]),
    ]),
    tower('A student and its teacher in one file', (all) =>
      ['student.', 'teacher.'].flatMap((prefix) =>
        all.map(({ name, shape }) => header(prefix + name, shape)),
      ),
    ),
    tower('A size that nobody published, without `config.json`', () =>
      visionHeaders({ ...BASE_PATCH32, hiddenSize: 640 }),
    ),
    tower('A tower without the norm before its layers (CLIPA)', (all) =>
      all.filter(({ name }) => !/pre_layrnorm/.test(name)),
    ),
    openClip('OpenCLIP settings that are not computed', { vision_cfg: { qk_norm: true } }),
    openClip('OpenCLIP settings that nobody knows', { vision_cfg: { a_new_one: 3 } }),
    openClip('Another way to prepare pictures', {}, { interpolation: 'nearest' }),
    tower('8-bit weights', (all) => all.map(({ name, shape }) => header(name, shape, 'F8_E4M3'))),
    tower(
      'The configuration of another model',
      (all) => all,
      jsonFile('config.json', { vision_config: { patch_size: 16 } }),
    ),
    tower(
      'An activation that is not computed here',
      (all) => all,
      jsonFile('config.json', { vision_config: { hidden_act: 'mish' } }),
    ),
  ],
  Adapters: [
    {
      what: 'An adapter without its base (it opens as soon as that is there)',
      open: async () => (await openFixture('formats/lora/plain')).architecture,
    },
    files(
      'An adapter of another base',
      async () => fixtureFiles('formats/lora/convolution'),
      `${P8}/base`,
    ),
    files('An adapter without `adapter_config.json`', async () =>
      (await fixtureFiles('formats/lora/plain')).filter(({ name }) => !name.endsWith('.json')),
    ),
    folder(
      'Of the text tower of an OpenCLIP model alone',
      'formats/lora-open-clip/text-alone',
      'formats/layouts/open-clip',
    ),
    lora('AdaLoRA', 'adalora'),
    lora('(IA)³', 'ia3'),
    lora('LoHa', 'loha'),
    lora('LoKr', 'lokr'),
    lora('OFT', 'oft'),
    files('Prompt tuning', adapterOf({ peft_type: 'PROMPT_TUNING' })),
    files('PiSSA and other inits that change the base', adapterOf({ init_lora_weights: 'pissa' })),
    files('QALoRA and other variants', adapterOf({ use_qalora: true })),
    named("kohya's format", 'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight'),
    tower('A model with an adapter still in it', (all) => [
      ...all,
      header('vision_model.encoder.layers.0.self_attn.q_proj.lora_A.default.weight', [8, 768]),
    ]),
  ],
};
