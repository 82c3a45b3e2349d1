/** The vision tower layer by layer: the nodes of `vision-graph.ts` in three graphs. */
import { patchCount } from '../tensor-names';
import type { VisionConfig } from '../types';
import {
  type GramGraph,
  type StateGraph,
  stepGraphs,
  type TowerParts,
  type TowerSteps,
  towerSteps,
} from './steps';
import {
  embedded,
  FINAL_NORM,
  patchShape,
  projected,
  visionInputs,
  wantedRows,
} from './vision-graph';

/** The last graph's output is `image_embeds`. */
export function visionSteps(
  config: VisionConfig,
  projectionDim: number,
  batch: number,
): TowerSteps {
  return towerSteps(visionParts(config, projectionDim, batch));
}

/**
 * The same as far as the layers, all tokens of the last one too. For the last its LayerNorm is any: what becomes of it is of
 * no interest.
 */
export function gramSteps(
  config: VisionConfig,
  batch: number,
): { readonly first: StateGraph; readonly layer: GramGraph } {
  const { first, layerWithGrams } = stepGraphs(visionParts(config, 1, batch));
  return { first: first(), layer: layerWithGrams() };
}

function visionParts(config: VisionConfig, projectionDim: number, batch: number): TowerParts {
  const weights = visionInputs(config, projectionDim);
  const named = (pattern: RegExp) =>
    weights.map(({ name }) => name).filter((name) => pattern.test(name));
  return {
    name: 'clip_vision',
    config,
    batch,
    length: patchCount(config) + 1,
    layers: 'encoder.layers',
    finalNorm: FINAL_NORM,
    weights,
    before: {
      given: [{ name: 'patches', shape: patchShape(config, batch) }],
      weights: named(/^(embeddings|pre_layrnorm)\./),
      append: (graph) => embedded(graph, config, batch),
    },
    behind: {
      given: [],
      weights: named(/^(post_layernorm|visual_projection)\./),
      rows: (graph) => graph.constant(wantedRows(config, batch), 'int32'),
      append(graph, outputs) {
        projected(graph, config, batch, outputs);
        graph.output('image_embeds', [batch, projectionDim]);
      },
    },
  };
}
