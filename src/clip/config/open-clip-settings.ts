/**
 * Every setting of OpenCLIP's `CLIPVisionCfg` and `CLIPTextCfg` (open_clip 3.3.0, `model.py`) that tensors do not show: what is
 * computed as it says, what makes no difference to the numbers, and what is refused by its name. None is passed over.
 */
import { FormatError } from '../../errors';
import { isJsonObject } from '../files';
import type { Activation, TextConfig, VisionConfig } from '../types';
import { epsilon, flag, type Section, wrongValue } from './section';

/** What OpenCLIP's models can do that a `config.json` of transformers has no word for. */
export interface OpenClipSettings {
  readonly vision: Pick<VisionConfig, 'pooling'>;
  readonly text: Pick<TextConfig, 'pooling' | 'bidirectional' | 'padding'>;
  /** Settings that keep the text tower from being computed here, each a line for people. */
  readonly textObstacles: readonly string[];
  /** What is said of settings that nobody knows, each a sentence for people. */
  readonly remarks: readonly string[];
}

/** Told by the tensors, without effect on a forward pass, or read in this file. */
const KNOWN = {
  model: [
    ...['embed_dim', 'vision_cfg', 'text_cfg', 'quick_gelu', 'custom_text', 'multimodal_cfg'],
    ...['init_logit_scale', 'init_logit_bias', 'nonscalar_logit_scale'],
    ...['cast_dtype', 'output_dict'],
  ],
  vision: [
    ...['layers', 'width', 'head_width', 'mlp_ratio', 'patch_size', 'image_size', 'image_seq_len'],
    ...['patch_dropout', 'output_tokens', 'attn_pooler_queries', 'attn_pooler_heads', 'block_type'],
    ...['pos_embed_type', 'pool_type', 'final_ln_after_pool', 'act_kwargs', 'norm_kwargs'],
    ...['timm_model_pretrained', 'timm_pool', 'timm_proj', 'timm_proj_bias', 'timm_drop'],
    ...['timm_drop_path', 'timm_model_kwargs'],
  ],
  text: [
    ...['context_length', 'vocab_size', 'width', 'heads', 'layers', 'mlp_ratio'],
    ...['hf_tokenizer_name', 'pad_id', 'bos_id', 'eos_id', 'no_causal_mask', 'pool_type'],
    // Computed the same before and after a single token is picked, and OpenCLIP does not read it for prompts.
    'final_ln_after_pool',
    ...['output_tokens', 'act_kwargs', 'norm_kwargs', 'block_type'],
    ...['hf_model_pretrained', 'hf_proj_type', 'hf_pooler_type', 'hf_model_config'],
  ],
} as const;

/** Modules that a CLIP of OpenAI's does not have, and the values with which they are not there. */
const ABSENT: Readonly<Record<string, readonly unknown[]>> = {
  ls_init_value: [null],
  qk_norm: [false],
  scaled_cosine_attn: [false],
  scale_heads: [false],
  scale_attn_inner: [false],
  scale_attn: [false],
  scale_fc: [false],
};
const ABSENT_VISION = {
  ...ABSENT,
  attentional_pool: [false],
  no_ln_pre: [false],
  timm_model_name: [null, ''],
};
const ABSENT_TEXT = {
  ...ABSENT,
  embed_cls: [false],
  proj_bias: [false],
  proj_type: ['linear'],
  hf_model_name: [null, ''],
  tokenizer_mode: [null, ''],
  tokenizer_kwargs: [null],
  text_arch: ['clip'],
  variable_text: [false],
  norm_type: [null, 'layernorm'],
};

const POOLINGS: Readonly<Record<string, TextConfig['pooling']>> = {
  argmax: undefined,
  first: 'first',
  last: 'last',
  eos: 'end token',
};
/** OpenCLIP's `CLIPTextCfg.eos_id`. */
const DEFAULT_EOS = 2;

/**
 * Reads what OpenCLIP alone knows. Pictures that would be computed otherwise than here are an error, for they are what is merged
 * and scored; prompts are only an obstacle, for the text tower is not merged.
 * @throws FormatError that names the setting
 */
export function openClipSettings(
  root: Section,
  model: Section,
  vision: Section,
  text: Section,
): OpenClipSettings {
  const remarks = unknownKeys(root, model === root ? undefined : ['model_cfg', 'preprocess_cfg']);
  remarks.push(...unknownPreprocessing(root));
  const textObstacles: string[] = [];
  if (model.values.multimodal_cfg ?? false) textObstacles.push(shown(model, 'multimodal_cfg'));
  for (const [section, known, absent, isText] of [
    [model, KNOWN.model, {}, false],
    [vision, KNOWN.vision, ABSENT_VISION, false],
    [text, KNOWN.text, ABSENT_TEXT, true],
  ] as const) {
    const { others, unread } = judgeKeys(section, known, absent);
    remarks.push(...others.map((line) => `OpenCLIP has no setting ${line}: it is passed over.`));
    if (isText) textObstacles.push(...unread);
    else if (unread.length > 0) throw notComputed(section.file, unread);
  }
  return {
    vision: visionPooling(vision),
    text: textReading(text, textObstacles),
    textObstacles,
    remarks,
  };
}

/** `hidden_act` and `layer_norm_eps` of a tower, from `quick_gelu`, `act_kwargs` and `norm_kwargs`. */
export function openClipActivation(
  model: Section,
  tower: Section,
): { readonly hidden_act: Activation; readonly layer_norm_eps: number | undefined } {
  const quick = flag(model, 'quick_gelu', false);
  const kwargs = kwargsOf(tower, 'act_kwargs', quick ? [] : ['approximate']);
  const approximate = kwargs?.values.approximate ?? 'none';
  if (kwargs && approximate !== 'none' && approximate !== 'tanh') {
    throw wrongValue(kwargs, 'approximate', '"none" or "tanh"');
  }
  const norm = kwargsOf(tower, 'norm_kwargs', ['eps']);
  return {
    hidden_act: quick ? 'quick_gelu' : approximate === 'tanh' ? 'gelu_pytorch_tanh' : 'gelu',
    layer_norm_eps: norm && epsilon(norm, 'eps'),
  };
}

function kwargsOf(tower: Section, key: string, allowed: readonly string[]): Section | undefined {
  const values = tower.values[key] ?? undefined;
  if (values === undefined) return undefined;
  if (!isJsonObject(values)) throw wrongValue(tower, key, 'an object');
  const inner: Section = { file: tower.file, path: `${tower.path}${key}.`, values };
  const others = Object.keys(values).filter((name) => !allowed.includes(name));
  if (others.length > 0)
    throw notComputed(
      tower.file,
      others.map((name) => shown(inner, name)),
    );
  return inner;
}

function visionPooling(vision: Section): OpenClipSettings['vision'] {
  const pool = vision.values.pool_type ?? 'tok';
  if (pool !== 'tok' && pool !== 'avg')
    throw notComputed(vision.file, [shown(vision, 'pool_type')]);
  const embedding = vision.values.pos_embed_type ?? 'learnable';
  // Both kinds lie in the file as a table.
  if (embedding !== 'learnable' && embedding !== 'sin_cos_2d') {
    throw notComputed(vision.file, [shown(vision, 'pos_embed_type')]);
  }
  if (pool === 'tok') return {};
  const after = flag(vision, 'final_ln_after_pool', false);
  return { pooling: after ? 'norm of mean' : 'mean of normed' };
}

function textReading(text: Section, obstacles: string[]): OpenClipSettings['text'] {
  const pool = text.values.pool_type ?? 'argmax';
  if (typeof pool !== 'string' || !Object.hasOwn(POOLINGS, pool)) {
    obstacles.push(shown(text, 'pool_type'));
    return {};
  }
  const pooling = POOLINGS[pool];
  const bidirectional = flag(text, 'no_causal_mask', false);
  const seesPadding = bidirectional || pooling === 'last';
  // OpenCLIP's own tokenizer fills up with zeros.
  const padding = text.values.hf_tokenizer_name ? 'tokenizer' : 0;
  return {
    ...(pooling && { pooling }),
    ...(bidirectional && { bidirectional: true as const }),
    ...(seesPadding && { padding }),
  };
}

/** The end token of a text tower: 2 stands for the largest id unless it pools at the end token itself. */
export function openClipEndToken(text: Section): unknown {
  return text.values.pool_type === 'eos' ? (text.values.eos_id ?? DEFAULT_EOS) : 2;
}

/** Settings that are on and not computed here (`unread`), and those that nobody knows but that are off (`others`). */
function judgeKeys(
  section: Section,
  known: readonly string[],
  absent: Readonly<Record<string, readonly unknown[]>>,
): { readonly others: string[]; readonly unread: string[] } {
  const others: string[] = [];
  const unread: string[] = [];
  for (const [key, value] of Object.entries(section.values)) {
    if (known.includes(key)) continue;
    const off = absent[key];
    const isOff = value === null || value === false || isEmpty(value) || off?.includes(value);
    if (!isOff) unread.push(shown(section, key));
    else if (off === undefined) others.push(shown(section, key));
  }
  return { others, unread };
}

function isEmpty(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** Keys beside `model_cfg`, which OpenCLIP does not read either. */
function unknownKeys(root: Section, known: readonly string[] | undefined): string[] {
  if (known === undefined) return [];
  const others = Object.keys(root.values).filter((key) => !known.includes(key));
  return others.map(
    (key) => `${root.file} has "${key}", which OpenCLIP does not read: it is passed over.`,
  );
}

const PREPROCESSING = ['size', 'mode', 'mean', 'std', 'interpolation', 'resize_mode', 'fill_color'];

/** OpenCLIP passes over what it does not know of `preprocess_cfg`. */
function unknownPreprocessing({ values }: Section): string[] {
  const settings = isJsonObject(values.preprocess_cfg) ? values.preprocess_cfg : {};
  const others = Object.keys(settings).filter((key) => !PREPROCESSING.includes(key));
  return others.map((key) => `OpenCLIP has no setting preprocess_cfg.${key}: it is passed over.`);
}

const MAX_SHOWN = 60;
function shown({ path, values }: Section, key: string): string {
  const value = JSON.stringify(values[key] ?? null);
  return `${path}${key} (${value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value})`;
}

function notComputed(file: string, settings: readonly string[]): FormatError {
  const many = settings.length > 1;
  return new FormatError(
    file,
    `${settings.join(', ')}: ${many ? 'these settings change' : 'this setting changes'} what OpenCLIP computes, and ${many ? 'they are' : 'it is'} not computed here. Use a model without ${many ? 'them' : 'it'}, or score this one with OpenCLIP itself.`,
  );
}
