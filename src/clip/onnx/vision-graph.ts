/** The vision tower as a weight-free ONNX graph. */

import {
  CHANNELS,
  canonicalVisionNames,
  type NamedShape,
  patchCount,
  VISUAL_PROJECTION,
} from '../tensor-names';
import type { VisionConfig } from '../types';
import { encoder } from './encoder';
import { createGraph } from './graph';

const FINAL_NORM = 'post_layernorm';

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
 * weights of `visionInputs` to `image_embeds` `[batch, projectionDim]`, not normalised. Numerically Hugging Face's
 * `CLIPVisionModelWithProjection`; the convolution is a Gemm over patches, for a Conv with a fed kernel is slow everywhere.
 */
export function visionGraph(
  config: VisionConfig,
  projectionDim: number,
  batch: number,
): Uint8Array<ArrayBuffer> {
  const { hiddenSize: width } = config;
  const patches = patchCount(config);
  const length = patches + 1;
  const graph = createGraph('clip_vision');
  graph.input('patches', [batch * patches, CHANNELS * config.patchSize ** 2]);
  for (const { name, shape } of visionInputs(config, projectionDim)) {
    if (!name.startsWith('encoder.')) graph.input(name, shape);
  }

  const shape = (...dims: number[]) => graph.constant(dims, 'int64');
  const embedded = graph.node('Gemm', ['patches', 'embeddings.patch_embedding.weight'], {
    attributes: { transB: { int: 1 } },
  });
  const tokens = graph.node('Reshape', [embedded, shape(batch, patches, width)]);
  const cls = graph.node('Expand', ['embeddings.class_embedding', shape(batch, 1, width)]);
  const sequence = graph.node('Concat', [cls, tokens], { attributes: { axis: { int: 1 } } });
  const positioned = graph.node('Add', [sequence, 'embeddings.position_embedding.weight']);
  const hidden = graph.node(
    'LayerNormalization',
    [
      graph.node('Reshape', [positioned, shape(batch * length, width)]),
      'pre_layrnorm.weight',
      'pre_layrnorm.bias',
    ],
    { attributes: { epsilon: { float: config.layerNormEps } } },
  );
  const { rows, normed } = encoder(graph, {
    config,
    batch,
    length,
    layers: 'encoder.layers',
    finalNorm: FINAL_NORM,
    hidden,
    rows: graph.constant(wantedRows(config, batch), 'int32'),
  });
  const meanOf = (x: string) =>
    graph.node('ReduceMean', [graph.node('Reshape', [x, shape(batch, patches, width)])], {
      attributes: { axes: { ints: [1] }, keepdims: { int: 0 } },
    });
  const pooled =
    config.pooling === undefined
      ? normed
      : config.pooling === 'mean of normed'
        ? meanOf(normed)
        : graph.node(
            'LayerNormalization',
            [meanOf(rows), `${FINAL_NORM}.weight`, `${FINAL_NORM}.bias`],
            { attributes: { epsilon: { float: config.layerNormEps } } },
          );
  graph.node('Gemm', [pooled, VISUAL_PROJECTION], {
    attributes: { transB: { int: 1 } },
    output: 'image_embeds',
  });
  graph.output('image_embeds', [batch, projectionDim]);
  return graph.build();
}

/** The rows of all tokens that stand for the pictures: each one's class token, or its patches. */
function wantedRows(config: VisionConfig, batch: number): number[] {
  const length = patchCount(config) + 1;
  return Array.from({ length: batch * length }, (_, row) => row).filter(
    (row) => (row % length === 0) === (config.pooling === undefined),
  );
}
