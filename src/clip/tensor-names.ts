/** The tensors of both towers by their canonical names: those of Hugging Face's CLIP. */
import type { TextConfig, TowerConfig, VisionConfig } from './types';

export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export const VISUAL_PROJECTION = 'visual_projection.weight';
export const TEXT_PROJECTION = 'text_projection.weight';
export const LOGIT_SCALE = 'logit_scale';
export const TOKEN_EMBEDDING = 'text_model.embeddings.token_embedding.weight';
export const POSITION_EMBEDDING = 'text_model.embeddings.position_embedding.weight';

/** Number of pixel channels of every CLIP. */
export const CHANNELS = 3;

/** Patches along one side of the picture, squared. */
export function patchCount(config: Pick<VisionConfig, 'imageSize' | 'patchSize'>): number {
  return Math.floor(config.imageSize / config.patchSize) ** 2;
}

/**
 * Every tensor of Hugging Face's `CLIPVisionModel` of this geometry, without the `vision_model.` prefix, in the order of its
 * `state_dict()`: 5 + 16 per layer + 2. `pre_layrnorm` is the library's own spelling.
 */
export function canonicalVisionNames(config: VisionConfig): NamedShape[] {
  const { hiddenSize: width, patchSize: patch } = config;
  return [
    { name: 'embeddings.class_embedding', shape: [width] },
    { name: 'embeddings.patch_embedding.weight', shape: [width, CHANNELS, patch, patch] },
    { name: 'embeddings.position_embedding.weight', shape: [patchCount(config) + 1, width] },
    { name: 'pre_layrnorm.weight', shape: [width] },
    { name: 'pre_layrnorm.bias', shape: [width] },
    ...layerNames('encoder.layers', config),
    { name: 'post_layernorm.weight', shape: [width] },
    { name: 'post_layernorm.bias', shape: [width] },
  ];
}

/**
 * Every tensor of the text half of a full CLIP of this geometry: the tower with its `text_model.` prefix, the projection
 * `[projectionDim, width]` and the logit scale (rank 0).
 */
export function canonicalTextNames(config: TextConfig, projectionDim: number): NamedShape[] {
  const { hiddenSize: width } = config;
  return [
    { name: TOKEN_EMBEDDING, shape: [config.vocabSize, width] },
    { name: POSITION_EMBEDDING, shape: [config.maxPositions, width] },
    ...layerNames('text_model.encoder.layers', config),
    { name: 'text_model.final_layer_norm.weight', shape: [width] },
    { name: 'text_model.final_layer_norm.bias', shape: [width] },
    { name: TEXT_PROJECTION, shape: [projectionDim, width] },
    { name: LOGIT_SCALE, shape: [] },
  ];
}

/** The 16 tensors of each encoder layer, shared by both towers. */
export function layerNames(
  prefix: string,
  config: Pick<TowerConfig, 'hiddenSize' | 'intermediateSize' | 'layers'>,
): NamedShape[] {
  const { hiddenSize: width, intermediateSize: inner } = config;
  const layer: readonly (readonly [string, number, number])[] = [
    ['self_attn.k_proj', width, width],
    ['self_attn.v_proj', width, width],
    ['self_attn.q_proj', width, width],
    ['self_attn.out_proj', width, width],
    ['layer_norm1', width, 0],
    ['mlp.fc1', inner, width],
    ['mlp.fc2', width, inner],
    ['layer_norm2', width, 0],
  ];
  return Array.from({ length: config.layers }, (_, index) =>
    layer.flatMap(([module, outputs, inputs]) => [
      {
        name: `${prefix}.${index}.${module}.weight`,
        shape: inputs === 0 ? [outputs] : [outputs, inputs],
      },
      { name: `${prefix}.${index}.${module}.bias`, shape: [outputs] },
    ]),
  ).flat();
}
