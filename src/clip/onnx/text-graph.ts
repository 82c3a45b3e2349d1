/** The text tower as a weight-free ONNX graph. */
import { layerNames, type NamedShape, TEXT_PROJECTION } from '../tensor-names';
import type { TextConfig } from '../types';
import { encoder } from './encoder';
import { createGraph } from './graph';

const LAYERS = 'text_model.encoder.layers';
const FINAL_NORM = 'text_model.final_layer_norm';

/** The graph's weight inputs, by their names in Hugging Face files; the two embedding tables are not among them. */
export function textInputs(config: TextConfig, projectionDim: number): NamedShape[] {
  const { hiddenSize: width } = config;
  return [
    ...layerNames(LAYERS, config),
    { name: `${FINAL_NORM}.weight`, shape: [width] },
    { name: `${FINAL_NORM}.bias`, shape: [width] },
    { name: TEXT_PROJECTION, shape: [projectionDim, width] },
  ];
}

/**
 * ONNX bytes of the tower without its tables: `embeddings` `[batch * length, width]` (token row plus position row),
 * `attention_bias` `[1, 1, length, length]`, `pool_rows` int32 `[batch]` (the row of `embeddings` where each prompt is pooled) and the
 * weights of `textInputs` to `text_embeds` `[batch, projectionDim]`, not normalised. Numerically Hugging Face's
 * `CLIPTextModelWithProjection`. The tables stay outside, for L/14's exceeds WebGPU's default binding size.
 */
export function textGraph(
  config: TextConfig,
  projectionDim: number,
  batch: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const graph = createGraph('clip_text');
  for (const { name, shape } of textInputs(config, projectionDim)) {
    if (!name.startsWith(LAYERS)) graph.input(name, shape);
  }
  const { normed } = encoder(graph, {
    config,
    batch,
    length,
    layers: LAYERS,
    finalNorm: FINAL_NORM,
    hidden: graph.input('embeddings', [batch * length, config.hiddenSize]),
    rows: graph.input('pool_rows', [batch], 'int32'),
    attentionBias: graph.input('attention_bias', [1, 1, length, length]),
  });
  graph.node('Gemm', [normed, TEXT_PROJECTION], {
    attributes: { transB: { int: 1 } },
    output: 'text_embeds',
  });
  graph.output('text_embeds', [batch, projectionDim]);
  return graph.build();
}
