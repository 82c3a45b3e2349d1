/** `open_clip_config.json`, which stands beside OpenCLIP's weights: the same settings under other names. */
import { isJsonObject, type JsonObject } from '../files';
import type { ProcessorConfig } from '../types';
import type { ConfigSections } from './config-json';
import { openClipActivation, openClipEndToken, openClipSettings } from './open-clip-settings';
import { readProcessor } from './processor';
import { positiveInteger, type Section, wrongValue } from './section';

/** OpenCLIP's `CLIPVisionCfg.head_width` and `width`. */
const HEAD_WIDTH = 64;
const WIDTH = 768;

/** What OpenCLIP calls the settings of a `config.json`. */
const OWN_NAMES = {
  hidden_act: 'act_kwargs',
  hidden_size: 'width',
  num_hidden_layers: 'layers',
  vocab_size: 'vocab_size',
  max_position_embeddings: 'context_length',
  eos_token_id: 'eos_id',
  projection_dim: 'embed_dim',
};

/**
 * Brings an OpenCLIP configuration to the names of a nested `config.json`; a file that is a `model_cfg` itself counts as one.
 * OpenCLIP's activation is GELU unless `quick_gelu` is set, and it pools a prompt at its largest token id unless it says
 * otherwise.
 * @throws FormatError that names a setting with which pictures are computed otherwise than here
 */
export function openClipSections(file: string, json: JsonObject): ConfigSections {
  const root: Section = { file, path: '', values: json };
  const model = 'model_cfg' in json ? section(file, '', json, 'model_cfg') : root;
  const vision = section(file, model.path, model.values, 'vision_cfg');
  const text = section(file, model.path, model.values, 'text_cfg');
  const openClip = openClipSettings(root, model, vision, text);
  return {
    vision: {
      ...vision,
      ownNames: { ...OWN_NAMES, num_attention_heads: 'width / head_width' },
      values: {
        ...openClipActivation(model, vision),
        hidden_size: vision.values.width,
        num_hidden_layers: vision.values.layers,
        num_attention_heads:
          (positiveInteger(vision, 'width') ?? WIDTH) /
          (positiveInteger(vision, 'head_width') ?? HEAD_WIDTH),
        patch_size: vision.values.patch_size,
        image_size: vision.values.image_size,
      },
    },
    text: {
      ...text,
      ownNames: { ...OWN_NAMES, num_attention_heads: 'heads' },
      values: {
        ...openClipActivation(model, text),
        hidden_size: text.values.width,
        num_hidden_layers: text.values.layers,
        num_attention_heads: text.values.heads,
        vocab_size: text.values.vocab_size,
        max_position_embeddings: text.values.context_length,
        eos_token_id: openClipEndToken(text),
      },
    },
    projection: {
      ...model,
      ownNames: OWN_NAMES,
      values: { projection_dim: model.values.embed_dim },
    },
    openClip,
  };
}

/** What `preprocess_cfg` may say, and what of it is done here. In an evaluation OpenCLIP takes `random` for bicubic. */
const PREPROCESSING = {
  mode: ['RGB'],
  resize_mode: ['shortest', 'squash'],
  interpolation: ['bicubic', 'bilinear', 'random'],
} as const;

/**
 * Its `preprocess_cfg`: resize the shorter side (or both, `squash`), crop the centre. Its `size` is not read, by OpenCLIP
 * neither: it is the model's.
 * @throws FormatError where pictures are prepared otherwise than here
 */
export function openClipProcessor(
  file: string,
  json: JsonObject,
  imageSize: number,
): ProcessorConfig | undefined {
  const { path, values } = section(file, '', json, 'preprocess_cfg');
  if (Object.keys(values).length === 0) return undefined;
  for (const [key, allowed] of Object.entries(PREPROCESSING)) {
    const value = values[key] ?? allowed[0];
    if (!allowed.some((one) => one === value)) {
      const names = allowed.map((one) => `"${one}"`).join(' or ');
      throw wrongValue({ file, path, values }, key, names);
    }
  }
  return readProcessor(
    {
      file,
      path,
      values: {
        size: values.resize_mode === 'squash' ? { height: imageSize, width: imageSize } : imageSize,
        crop_size: imageSize,
        resample: values.interpolation === 'bilinear' ? 2 : 3,
        image_mean: values.mean,
        image_std: values.std,
      },
    },
    imageSize,
  );
}

function section(file: string, path: string, parent: JsonObject, key: string): Section {
  const values = parent[key];
  return { file, path: `${path}${key}.`, values: isJsonObject(values) ? values : {} };
}
