/** `config.json` of a merged model, as `save_pretrained` of transformers writes it: enough to load it without the base. */
import type { OutputDtype } from '../checkpoint/dtype';
import type { ClipModel, TextConfig, TowerConfig } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { MergedModelOptions } from './merged-model';

/** transformers' names of the element types. */
const TORCH_DTYPES: Readonly<Record<OutputDtype, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};

/**
 * Settings that transformers insists are floats (its configurations are strict dataclasses since version 5): JavaScript
 * cannot tell 1.0 from 1, so they are written with a decimal point.
 */
const FLOAT_SETTINGS = new Set([
  'attention_dropout',
  'dropout',
  'initializer_factor',
  'initializer_range',
  'layer_norm_eps',
  'logit_scale_init_value',
]);

/** The text of `config.json`. */
export function configText(config: Record<string, unknown>): string {
  const marked = JSON.stringify(
    config,
    (key, value) =>
      FLOAT_SETTINGS.has(key) && Number.isInteger(value) ? `float ${value}.0` : value,
    2,
  );
  return `${marked.replace(/"float (-?\d+\.0)"/g, '$1')}\n`;
}

/** The configuration of what is written; whatever else the base's own configuration says is kept. */
export function mergedConfig(
  pretrained: ClipModel,
  content: MergedModelOptions['content'],
  dtype: OutputDtype,
): Record<string, unknown> {
  const { vision, text, configJson = {}, visualProjection } = pretrained;
  const flat = configJson.vision_config === undefined;
  const visionConfig = {
    ...((flat ? configJson : configJson.vision_config) as object),
    ...towerConfig(vision),
    image_size: vision.imageSize,
    patch_size: vision.patchSize,
    model_type: 'clip_vision_model',
  };
  const unsaid = beyondTransformers(pretrained, content);
  if (unsaid.length > 0) {
    throw new CompatibilityError(
      `No config.json can be written for what is merged from ${pretrained.name}: transformers' CLIP has no setting for ${unsaid.join(' and ')}. Write the weights alone, and use them with the configuration of ${pretrained.name}.`,
    );
  }
  const common = { dtype: TORCH_DTYPES[dtype] };
  if (content === 'vision' || !text) {
    return { ...visionConfig, ...common, architectures: ['CLIPVisionModel'] };
  }
  return {
    ...(flat ? {} : configJson),
    ...common,
    architectures: ['CLIPModel'],
    model_type: 'clip',
    projection_dim: visualProjection?.shape[0],
    text_config: { ...(configJson.text_config as object | undefined), ...textConfig(text.config) },
    vision_config: visionConfig,
  };
}

/** What the model computes otherwise than any configuration of transformers' CLIP can say, in OpenCLIP's words. */
function beyondTransformers(
  { vision, text }: ClipModel,
  content: MergedModelOptions['content'],
): string[] {
  const unsaid: string[] = [];
  if (vision.pooling !== undefined) unsaid.push('vision_cfg.pool_type "avg"');
  if (content === 'vision' || text === undefined) return unsaid;
  const { pooling, bidirectional, eosTokenId } = text.config;
  // With any other id transformers pools at the first end token as well.
  const pools = pooling === 'end token' ? eosTokenId === 2 : pooling !== undefined;
  if (pools) unsaid.push('text_cfg.pool_type');
  if (bidirectional) unsaid.push('text_cfg.no_causal_mask');
  return unsaid;
}

function towerConfig(config: TowerConfig): object {
  return {
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    hidden_act: config.activation,
    layer_norm_eps: config.layerNormEps,
  };
}

function textConfig(config: TextConfig): object {
  return {
    ...towerConfig(config),
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositions,
    eos_token_id: config.eosTokenId,
    model_type: 'clip_text_model',
  };
}
