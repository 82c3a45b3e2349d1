/** `open_clip_config.json`: with it OpenCLIP builds the model from the folder (`local-dir:`) or the repository (`hf-hub:`). */
import {
  ACTIVATIONS,
  type ClipModel,
  type ProcessorConfig,
  type TextConfig,
  type TowerConfig,
} from '../../clip/types';
import { CompatibilityError } from '../../errors';

/** torch's own, which OpenCLIP's norms have unasked. */
const USUAL_EPSILON = 1e-5;

const POOL_TYPES: Readonly<Record<NonNullable<TextConfig['pooling']>, string>> = {
  first: 'first',
  last: 'last',
  'end token': 'eos',
};

/**
 * @throws CompatibilityError where OpenCLIP has no setting for what the model computes, or the model is no whole CLIP
 */
export function openClipConfig(pretrained: ClipModel): Record<string, unknown> {
  const { vision, text, visualProjection, processor } = pretrained;
  if (!text || !visualProjection) {
    throw new CompatibilityError(
      `${pretrained.name} is no whole CLIP, and only those have an open_clip_config.json.`,
    );
  }
  const isQuick = [vision, text.config].map(
    ({ activation }) => ACTIVATIONS[activation] === 'sigmoid times 1.702',
  );
  if (isQuick[0] !== isQuick[1]) throw noSetting(pretrained, 'two activations (quick_gelu)');
  return {
    model_cfg: {
      embed_dim: visualProjection.shape[0],
      quick_gelu: isQuick[0],
      vision_cfg: {
        image_size: vision.imageSize,
        patch_size: vision.patchSize,
        layers: vision.layers,
        width: vision.hiddenSize,
        head_width: vision.hiddenSize / vision.heads,
        ...towerSettings(pretrained, vision),
        ...(vision.pooling !== undefined && {
          pool_type: 'avg',
          final_ln_after_pool: vision.pooling === 'norm of mean',
        }),
      },
      text_cfg: {
        context_length: text.config.maxPositions,
        vocab_size: text.config.vocabSize,
        width: text.config.hiddenSize,
        heads: text.config.heads,
        layers: text.config.layers,
        ...towerSettings(pretrained, text.config),
        ...textPooling(text.config),
        ...(text.config.bidirectional && { no_causal_mask: true }),
      },
    },
    preprocess_cfg: {
      ...(processor?.mean && { mean: processor.mean }),
      ...(processor?.std && { std: processor.std }),
      ...(processor &&
        isInterpolation(processor.resample) && { interpolation: processor.resample }),
      ...(processor?.resize && { resize_mode: resizeMode(processor.resize) }),
    },
  };
}

function isInterpolation(resample: ProcessorConfig['resample']): boolean {
  return resample === 'bicubic' || resample === 'bilinear';
}

function resizeMode(resize: NonNullable<ProcessorConfig['resize']>): string {
  if ('onlyLongestEdge' in resize) return 'longest';
  return 'shortestEdge' in resize ? 'shortest' : 'squash';
}

function towerSettings(pretrained: ClipModel, config: TowerConfig): object {
  const ratio = config.intermediateSize / config.hiddenSize;
  // OpenCLIP cuts the product off.
  if (Math.trunc(config.hiddenSize * ratio) !== config.intermediateSize) {
    throw noSetting(pretrained, `an mlp of ${config.intermediateSize}`);
  }
  const activation = ACTIVATIONS[config.activation];
  if (activation === 'relu' || activation === 'sigmoid') {
    throw noSetting(pretrained, `the activation ${config.activation}`);
  }
  return {
    mlp_ratio: ratio,
    ...(activation === 'tanh' && { act_kwargs: { approximate: 'tanh' } }),
    ...(config.layerNormEps !== USUAL_EPSILON && { norm_kwargs: { eps: config.layerNormEps } }),
  };
}

function textPooling({ pooling, eosTokenId, vocabSize }: TextConfig): object {
  if (pooling !== undefined) {
    return {
      pool_type: POOL_TYPES[pooling],
      ...(pooling === 'end token' && { eos_id: eosTokenId }),
    };
  }
  // The largest id is what OpenCLIP looks for unasked.
  if (eosTokenId === 2 || eosTokenId === vocabSize - 1) return {};
  return { pool_type: 'eos', eos_id: eosTokenId };
}

function noSetting({ name }: ClipModel, what: string): CompatibilityError {
  return new CompatibilityError(
    `OpenCLIP has no setting for ${what}, which ${name} has. Download it for transformers, or the vision tower alone.`,
  );
}
