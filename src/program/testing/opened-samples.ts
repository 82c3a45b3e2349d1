/** Test support: what opens. */
import type { Dtype } from '../../checkpoint/types';
import { describeClip } from '../../clip/describe';
import { fixtureFile, jsonFile } from '../../clip/testing';
import { BASE_PATCH32, checkpoint, visionHeaders } from '../../clip/testing-checkpoints';
import type { VisionConfig } from '../../clip/types';
import {
  files,
  folder,
  foreign,
  modelText,
  type OpenClipChange,
  openClipConfig,
  relative,
  renamed,
  type Sample,
  torchFile,
} from './sample';

const P8 = 'merge/p8-32';
const SHARDS = 'formats/shards/safetensors';
const twoHeads = { num_attention_heads: 2 };
const config = jsonFile('config.json', {
  model_type: 'clip',
  vision_config: twoHeads,
  text_config: twoHeads,
});

const TRAINING = 'formats/training';
/** The configuration of the TorchScript archives in `formats/training`. */
const scriptConfig = jsonFile('open_clip_config.json', {
  model_cfg: {
    embed_dim: 8,
    quick_gelu: true,
    vision_cfg: { image_size: 16, layers: 1, width: 32, head_width: 16, patch_size: 8 },
    text_cfg: { context_length: 8, vocab_size: 40, width: 16, heads: 1, layers: 2 },
  },
});
const script = (what: string, name: string) =>
  files(what, async () => [await fixtureFile(`${TRAINING}/${name}`), scriptConfig]);

/** OpenCLIP's fixture with a change in its configuration. */
const openClip = (what: string, settings: OpenClipChange) =>
  files(what, async () => [
    await fixtureFile('formats/layouts/open-clip/open_clip_model.safetensors'),
    jsonFile('open_clip_config.json', await openClipConfig(settings)),
  ]);

const OPEN_CLIP = 'formats/layouts/open-clip';
const openClipLora = (what: string, name: string) =>
  folder(what, `formats/lora-open-clip/${name}`, OPEN_CLIP);

const lora = (what: string, name: string) => folder(what, `formats/lora/${name}`, SHARDS);

/** A vision tower of headers alone: sizes and types need no weights. */
const tower = (
  what: string,
  changes: Partial<VisionConfig> = {},
  dtypes: readonly Dtype[] = ['F32'],
  said: 'remarks' | 'assumptions' = 'remarks',
): Sample => ({
  what,
  open: async () => {
    const shape = { ...BASE_PATCH32, ...changes };
    const byType = dtypes.map((dtype) => visionHeaders(shape, 'vision_model.', dtype));
    const tensors = byType[0]?.map((first, i) => byType[i % dtypes.length]?.[i] ?? first) ?? [];
    const model = await describeClip('tower', checkpoint(tensors), []);
    return said === 'remarks' ? modelText(model) : model.assumptions.join(' ');
  },
});

export const OPENED: Readonly<Record<string, readonly Sample[]>> = {
  'Hugging Face': [
    folder('The folder of a whole CLIP: the base, and what reads the prompts', `${P8}/base`),
    folder('A vision tower (`CLIPVisionModel`)', `${P8}/experts/outlines`, `${P8}/base`),
    folder('The same with `vision_model.` in every name', `${P8}/experts/surfaces`, `${P8}/base`),
    folder(
      'A whole CLIP as an expert, in half precision',
      'merge/p16-48/experts/gamma',
      'merge/p16-48/base',
    ),
    folder('Shards with `model.safetensors.index.json`, in any order', SHARDS),
    folder(
      'An export of before transformers 4.31, with `position_ids`',
      'formats/layouts/position-ids/expert',
    ),
    folder(
      'The same, its `position_ids` spoiled by a merge',
      'formats/layouts/position-ids/expert-float-ids',
    ),
    foreign('`CLIPVisionModelWithProjection`', 'CLIPVisionModelWithProjection', config),
    foreign('`CLIPForImageClassification`', 'CLIPForImageClassification', config),
    foreign('CLIPSeg: the CLIP in it', 'CLIPSegForImageSegmentation', config),
    foreign('Chinese CLIP: its vision tower', 'ChineseCLIPModel', config),
    relative('MetaCLIP 2', 'MetaClip2Model'),
    relative('AltCLIP: its vision tower', 'AltCLIPModel'),
    tower('Weights alone, without `config.json` and without a base', {}, ['F32'], 'assumptions'),
    tower(
      'The same of a ViT-H/14 (LAION)',
      { patchSize: 14, hiddenSize: 1280, layers: 32, intermediateSize: 5120 },
      ['F32'],
      'assumptions',
    ),
  ],
  'OpenAI and OpenCLIP': [
    folder(
      '`open_clip_model.safetensors` with `open_clip_config.json`',
      'formats/layouts/open-clip',
    ),
    folder('A picture tower alone (`visual.`…)', 'formats/pool/open-clip/surfaces', `${P8}/base`),
    foreign('A model with a text tower of its own (`text.`…)', 'OpenCLIP custom text', config),
    script('OpenAI’s own `.pt`: a TorchScript archive in half precision', 'openai.pt'),
    script('A TorchScript archive of `torch.jit.trace`', 'traced.pt'),
    script('A TorchScript archive of `torch.jit.script`', 'scripted.pt'),
    openClip('Prompts pooled last, without a causal mask', {
      text_cfg: { pool_type: 'last', no_causal_mask: true },
    }),
    openClip('Pictures pooled by their mean, then normed', {
      vision_cfg: { pool_type: 'avg', final_ln_after_pool: true },
    }),
    openClip('Another epsilon of the norms', { vision_cfg: { norm_kwargs: { eps: 1e-6 } } }),
    openClip('Prompts computed otherwise than here', { text_cfg: { embed_cls: true } }),
    openClip('A setting that nobody knows, and that is off', { vision_cfg: { a_new_one: false } }),
  ],
  PyTorch: [
    folder('`pytorch_model.bin` of `torch.save`', 'formats/pool/torch/outlines', `${P8}/base`),
    folder('Shards with `pytorch_model.bin.index.json`', 'formats/shards/torch'),
    torchFile('A file from before torch 1.6', 'legacy.pt'),
    torchFile('Under `state_dict`, beside an epoch and an optimiser', 'nested-state-dict.pt'),
    torchFile('Lightning, with a prefix before every name', 'prefixed.ckpt'),
    renamed('Of a compiled model (`_orig_mod.`)', (name) => `_orig_mod.${name}`),
    renamed('Under any other prefix', (name) => `trainer.net.${name}`),
    torchFile('Averaged weights alone, under `state_dict_ema`', 'ema-alone.pt', TRAINING),
    torchFile('`model` beside `model_ema`', 'model-and-ema.pt', TRAINING),
    torchFile('The same file as `FILE#model_ema`', 'model-and-ema.pt', TRAINING, 'model_ema'),
    torchFile('NumPy’s numbers and arrays beside the weights', 'numpy.pt', TRAINING),
    torchFile('Parameters', 'parameters.pt'),
    torchFile('Views: strides, offsets, shared storages', 'views.pt'),
    torchFile('Pickle protocol 5', 'protocol-5.pt'),
    torchFile('Compressed entries', 'deflated.pt'),
    torchFile('Written on a big-endian machine', 'big-endian.pt'),
    torchFile('Every type of element', 'dtypes.pt'),
  ],
  Adapters: [
    lora('LoRA of PEFT: `adapter_model.safetensors` with `adapter_config.json`', 'plain'),
    lora('`adapter_model.bin`', 'plain-bin'),
    lora('In half precision', 'plain-fp16'),
    lora('Names with `vision_model.`', 'plain-prefixed'),
    lora('`rank_pattern` and `alpha_pattern`', 'rank-patterns'),
    lora('`use_rslora`', 'rslora'),
    lora('`use_dora`', 'dora'),
    lora('`fan_in_fan_out`, which PEFT ignores for linear layers', 'fan-in-fan-out'),
    lora('`bias: all`', 'bias-all'),
    lora('`lora_bias`', 'lora-bias'),
    lora('`modules_to_save`', 'modules-to-save'),
    lora('On the patch embedding, a convolution', 'convolution'),
    lora('On the position embedding', 'embedding'),
    lora('Trained on the whole CLIP', 'whole-clip'),
    openClipLora('Of an OpenCLIP model (`visual.transformer.resblocks`…)', 'both-towers'),
    openClipLora('On the fused attention of an OpenCLIP model', 'attention'),
    folder('With a name, in a folder of that name', 'formats/lora-open-clip/named/cars', OPEN_CLIP),
  ],
  'Sizes and types': [
    tower('ViT-B/32'),
    tower('ViT-B/16', { patchSize: 16 }),
    tower('ViT-L/14', { patchSize: 14, hiddenSize: 1024, layers: 24, intermediateSize: 4096 }),
    tower('ViT-H/14: 16 heads of 80', {
      patchSize: 14,
      hiddenSize: 1280,
      layers: 32,
      intermediateSize: 5120,
    }),
    tower('ViT-L/14 at 336 pixels', {
      patchSize: 14,
      imageSize: 336,
      hiddenSize: 1024,
      layers: 24,
      intermediateSize: 4096,
    }),
    tower('Weights in F16', {}, ['F16']),
    tower('Weights in BF16', {}, ['BF16']),
    tower('Weights in F64', {}, ['F64']),
    tower('Weights of several types', {}, ['F32', 'BF16']),
  ],
};
