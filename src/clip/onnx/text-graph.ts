/** The text tower as weight-free ONNX graphs. */
import { layerNames, type NamedShape, TEXT_PROJECTION } from '../tensor-names';
import type { TextConfig } from '../types';
import { encoder } from './encoder';
import { createGraph, type Graph } from './graph';
import { type GivenInput, type TowerSteps, towerSteps } from './steps';

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

/** The inputs that are no weights. */
function givenInputs({ hiddenSize: width }: TextConfig, batch: number, length: number) {
  return {
    embeddings: { name: 'embeddings', shape: [batch * length, width] },
    poolRows: { name: 'pool_rows', shape: [batch], type: 'int32' },
    attentionBias: { name: 'attention_bias', shape: [1, 1, length, length] },
  } as const satisfies Record<string, GivenInput>;
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
    if (!name.startsWith(LAYERS)) graph.weight(name, shape);
  }
  const given = givenInputs(config, batch, length);
  const input = ({ name, shape, type }: GivenInput) => graph.input(name, shape, type);
  const { normed } = encoder(graph, {
    config,
    batch,
    length,
    layers: LAYERS,
    finalNorm: FINAL_NORM,
    hidden: input(given.embeddings),
    rows: input(given.poolRows),
    attentionBias: input(given.attentionBias),
  });
  projected(graph, normed, batch, projectionDim);
  return graph.build();
}

/** The same in three graphs. Inputs and output are called as those of `textGraph`. */
export function textSteps(
  config: TextConfig,
  projectionDim: number,
  batch: number,
  length: number,
): TowerSteps {
  const { embeddings, poolRows, attentionBias } = givenInputs(config, batch, length);
  return towerSteps({
    name: 'clip_text',
    config,
    batch,
    length,
    layers: LAYERS,
    finalNorm: FINAL_NORM,
    weights: textInputs(config, projectionDim),
    before: {
      given: [embeddings],
      weights: [],
      // A graph's output is no input of it.
      append: (graph) => graph.node('Identity', [embeddings.name]),
    },
    behind: {
      given: [poolRows],
      weights: [`${FINAL_NORM}.weight`, `${FINAL_NORM}.bias`, TEXT_PROJECTION],
      rows: () => poolRows.name,
      append: (graph, { normed }) => projected(graph, normed, batch, projectionDim),
    },
    attentionBias,
  });
}

/** Appends what is behind the last layer, up to the graph's output `text_embeds`. */
function projected(graph: Graph, normed: string, batch: number, projectionDim: number): void {
  graph.node('Gemm', [normed, TEXT_PROJECTION], {
    attributes: { transB: { int: 1 } },
    output: 'text_embeds',
  });
  graph.output('text_embeds', [batch, projectionDim]);
}
