/**
 * The vision tower as three small graphs, run one after the other: what is before the layers, one layer (run for each with that
 * layer's weights), and the last with what is behind it. ONNX Runtime copies what it is fed into its own memory: so it
 * holds one layer at a time. Same nodes as `vision-graph.ts`, same numbers.
 */
import { layerNames, type NamedShape, patchCount } from '../tensor-names';
import type { VisionConfig } from '../types';
import { type EncoderState, encoderLayers, type LinearInputs, layerNorm } from './encoder';
import { createGraph, type Graph } from './graph';
import {
  embedded,
  FINAL_NORM,
  patchShape,
  projected,
  visionInputs,
  wantedRows,
} from './vision-graph';

/** What a graph takes from the one before it, by the names of its inputs. */
export const STATE_INPUTS: EncoderState = { residual: 'residual', normed: 'normed' };

export interface StepGraph {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Weights, as the graph's inputs. */
  readonly weights: readonly NamedShape[];
}

/** A graph that hands its state on, by the names of its outputs. */
export interface StateGraph extends StepGraph {
  readonly state: EncoderState;
}

export interface VisionSteps {
  readonly first: StateGraph;
  /** Its weights are called as those of layer 0, and the LayerNorm behind it as that of layer 1. */
  readonly layer: StateGraph;
  /** Its output is `image_embeds`; its weights are called as they are. */
  readonly last: StepGraph;
}

/** A layer that also tells what its linear maps took: `sum x x'` over all tokens, by the names of its outputs. */
export interface GramGraph extends StateGraph {
  readonly grams: LinearInputs;
}

const LAYERS = 'encoder.layers';
const normOf = (layer: number) => `${LAYERS}.${layer}.layer_norm1`;

export function visionSteps(
  config: VisionConfig,
  projectionDim: number,
  batch: number,
): VisionSteps {
  const { first, layer, last } = steps(config, projectionDim, batch);
  return { first: first(), layer: layer(), last: last() };
}

/**
 * The same as far as the layers, all tokens of the last one too. For the last its LayerNorm is any: what becomes of it is of
 * no interest.
 */
export function gramSteps(
  config: VisionConfig,
  batch: number,
): { readonly first: StateGraph; readonly layer: GramGraph } {
  const { first, layerWithGrams } = steps(config, 1, batch);
  return { first: first(), layer: layerWithGrams() };
}

function steps(config: VisionConfig, projectionDim: number, batch: number) {
  const { hiddenSize: width, layers } = config;
  const length = patchCount(config) + 1;
  const rows = [batch * length, width];
  const inputs = visionInputs(config, projectionDim);
  const named = (wanted: (name: string) => boolean) => inputs.filter(({ name }) => wanted(name));

  const begin = (name: string, weights: readonly NamedShape[]): Graph => {
    const graph = createGraph(name);
    for (const { name: input, shape } of weights) graph.input(input, shape);
    return graph;
  };
  const end = (graph: Graph, weights: readonly NamedShape[], state: EncoderState): StateGraph => {
    for (const name of [state.residual, state.normed]) graph.output(name, rows);
    return { bytes: graph.build(), weights, state };
  };
  const takeState = (graph: Graph): EncoderState => ({
    residual: graph.input(STATE_INPUTS.residual, rows),
    normed: graph.input(STATE_INPUTS.normed, rows),
  });

  const first = () => {
    const weights = named(
      (name) => /^(embeddings|pre_layrnorm)\./.test(name) || name.startsWith(`${normOf(0)}.`),
    );
    const graph = begin('clip_vision_first', weights);
    graph.input('patches', patchShape(config, batch));
    const residual = embedded(graph, config, batch);
    return end(graph, weights, { residual, normed: layerNorm(graph, residual, normOf(0), config) });
  };

  const ofOneLayer = () => {
    const two = layerNames(LAYERS, { ...config, layers: 2 });
    const weights = two.filter(
      ({ name }) =>
        name.startsWith(`${normOf(1)}.`) ||
        (name.startsWith(`${LAYERS}.0.`) && !name.startsWith(`${normOf(0)}.`)),
    );
    const graph = begin('clip_vision_layer', weights);
    const append = encoderLayers(graph, { config, batch, length });
    return { weights, graph, appended: append(`${LAYERS}.0`, normOf(1), takeState(graph)) };
  };

  const layer = () => {
    const { weights, graph, appended } = ofOneLayer();
    return end(graph, weights, appended);
  };

  const layerWithGrams = (): GramGraph => {
    const { weights, graph, appended } = ofOneLayer();
    const gram = (rows: string, size: number) => {
      const name = graph.node('Gemm', [rows, rows], { attributes: { transA: { int: 1 } } });
      graph.output(name, [size, size]);
      return name;
    };
    const { attention, output, expansion, contraction } = appended.inputs;
    const grams = {
      attention: gram(attention, width),
      output: gram(output, width),
      expansion: gram(expansion, width),
      contraction: gram(contraction, config.intermediateSize),
    };
    return { ...end(graph, weights, appended), grams };
  };

  const last = (): StepGraph => {
    const own = `${LAYERS}.${layers - 1}`;
    const weights = named(
      (name) =>
        /^(post_layernorm|visual_projection)\./.test(name) ||
        (name.startsWith(`${own}.`) && !name.startsWith(`${normOf(layers - 1)}.`)),
    );
    const graph = begin('clip_vision_last', weights);
    const append = encoderLayers(graph, { config, batch, length });
    const wanted = graph.constant(wantedRows(config, batch), 'int32');
    const { residual, normed } = append(own, FINAL_NORM, takeState(graph), wanted);
    projected(graph, config, batch, { rows: residual, normed });
    graph.output('image_embeds', [batch, projectionDim]);
    return { bytes: graph.build(), weights };
  };

  return { first, layer, layerWithGrams, last };
}

/** The tensor that is meant by an input of the graph of one layer when it is run for layer `index`. */
export function tensorOfLayer(input: string, index: number): string {
  return input.replace(
    /^encoder\.layers\.([01])\./,
    (_, layer: string) => `${LAYERS}.${Number(layer) + index}.`,
  );
}
