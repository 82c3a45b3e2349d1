/** The vision tower as a weight-free ONNX graph. */

import {
  CHANNELS,
  canonicalVisionNames,
  type NamedShape,
  patchCount,
  VISUAL_PROJECTION,
} from '../tensor-names';
import type { VisionConfig } from '../types';
import { type EncoderOutputs, encoder, layerNorm } from './encoder';
import { createGraph, type Graph, type WeightsAre } from './graph';

export const FINAL_NORM = 'post_layernorm';

/**
 * The graph's weight inputs and the shapes under which it reads them. The bytes are the checkpoint's own: the patch embedding's
 * kernel `[width, 3, P, P]` is read as a matrix, the embeddings with the batch axis they are broadcast along.
 */
export function visionInputs(config: VisionConfig, projectionDim: number): NamedShape[] {
  const { hiddenSize: width, patchSize } = config;
  const seen: Readonly<Record<string, readonly number[]>> = {
    'embeddings.class_embedding': [1, 1, width],
    'embeddings.patch_embedding.weight': [width, CHANNELS * patchSize ** 2],
    'embeddings.position_embedding.weight': [1, patchCount(config) + 1, width],
  };
  return [
    ...canonicalVisionNames(config).map(({ name, shape }) => ({
      name,
      shape: seen[name] ?? shape,
    })),
    { name: VISUAL_PROJECTION, shape: [projectionDim, width] },
  ];
}

/**
 * ONNX bytes of the tower: `patches` `[batch * N, 3 * P * P]` (pixels of one patch in the order channel, row, column) and the
 * weights of `visionInputs`, fed or held, to `image_embeds` `[batch, projectionDim]`, not normalised. Numerically Hugging Face's
 * `CLIPVisionModelWithProjection`; the convolution is a Gemm over patches, for a Conv with a fed kernel is slow everywhere.
 */
export function visionGraph(
  config: VisionConfig,
  projectionDim: number,
  batch: number,
  weights: WeightsAre = 'fed',
): Uint8Array<ArrayBuffer> {
  const graph = createGraph('clip_vision', weights);
  graph.input('patches', patchShape(config, batch));
  for (const { name, shape } of visionInputs(config, projectionDim)) {
    if (!name.startsWith('encoder.')) graph.weight(name, shape);
  }
  const outputs = encoder(graph, {
    config,
    batch,
    length: patchCount(config) + 1,
    layers: 'encoder.layers',
    finalNorm: FINAL_NORM,
    hidden: embedded(graph, config, batch),
    rows: graph.constant(wantedRows(config, batch), 'int32'),
  });
  projected(graph, config, batch, outputs);
  graph.output('image_embeds', [batch, projectionDim]);
  return graph.build();
}

/** Of the graph's input `patches`. */
export function patchShape(config: VisionConfig, batch: number): [number, number] {
  return [batch * patchCount(config), CHANNELS * config.patchSize ** 2];
}

/** Appends what is before the first layer: `patches` to tokens `[batch * length, width]`. */
export function embedded(graph: Graph, config: VisionConfig, batch: number): string {
  const { hiddenSize: width } = config;
  const patches = patchCount(config);
  const shape = (...dims: number[]) => graph.constant(dims, 'int64');
  const rows = graph.node('Gemm', ['patches', 'embeddings.patch_embedding.weight'], {
    attributes: { transB: { int: 1 } },
  });
  const tokens = graph.node('Reshape', [rows, shape(batch, patches, width)]);
  const cls = graph.node('Expand', ['embeddings.class_embedding', shape(batch, 1, width)]);
  const sequence = graph.node('Concat', [cls, tokens], { attributes: { axis: { int: 1 } } });
  const positioned = graph.node('Add', [sequence, 'embeddings.position_embedding.weight']);
  const flat = graph.node('Reshape', [positioned, shape(batch * (patches + 1), width)]);
  return layerNorm(graph, flat, 'pre_layrnorm', config);
}

/** Appends what is behind the last layer, up to the graph's output `image_embeds`. */
export function projected(
  graph: Graph,
  config: VisionConfig,
  batch: number,
  outputs: EncoderOutputs,
): void {
  graph.node('Gemm', [pooled(graph, config, batch, outputs), VISUAL_PROJECTION], {
    attributes: { transB: { int: 1 } },
    output: 'image_embeds',
  });
}

/** Appends what makes one row of each picture. @param batch null for any */
export function pooled(
  graph: Graph,
  config: VisionConfig,
  batch: number | null,
  { rows, normed }: EncoderOutputs,
): string {
  if (config.pooling === undefined) return normed;
  const meanOf = (x: string) => {
    const shape = graph.constant([batch ?? -1, patchCount(config), config.hiddenSize], 'int64');
    return graph.node('ReduceMean', [graph.node('Reshape', [x, shape])], {
      attributes: { axes: { ints: [1] }, keepdims: { int: 0 } },
    });
  };
  return config.pooling === 'mean of normed'
    ? meanOf(normed)
    : layerNorm(graph, meanOf(rows), FINAL_NORM, config);
}

/** The rows of all tokens that stand for the pictures: each one's class token, or its patches. */
export function wantedRows(config: VisionConfig, batch: number): number[] {
  const length = patchCount(config) + 1;
  return Array.from({ length: batch * length }, (_, row) => row).filter(
    (row) => (row % length === 0) === (config.pooling === undefined),
  );
}
