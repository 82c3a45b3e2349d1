/**
 * A tower as three small graphs, run one after the other: what is before the layers, one layer (run for each with that layer's
 * weights), and the last with what is behind it. ONNX Runtime copies what it is fed into its own memory: so it holds one layer
 * at a time. Same nodes as the whole tower's graph, same numbers.
 */
import { layerNames, type NamedShape } from '../tensor-names';
import type { TowerConfig } from '../types';
import {
  type EncoderOutputs,
  type EncoderState,
  encoderLayers,
  type LinearInputs,
  layerNorm,
} from './encoder';
import { createGraph, type Graph } from './graph';

/** What a graph takes from the one before it, by the names of its inputs. */
const STATE_INPUTS: EncoderState = { residual: 'residual', normed: 'normed' };

/** An input of a graph that is no weight. */
export interface GivenInput extends NamedShape {
  readonly type?: 'float32' | 'int32';
}

export interface StepGraph {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Weights, as the graph's inputs. */
  readonly weights: readonly NamedShape[];
  /** All other inputs, those of the state included. */
  readonly given: readonly GivenInput[];
}

/** A graph that hands its state on, by the names of its outputs. */
export interface StateGraph extends StepGraph {
  readonly state: EncoderState;
}

/** A layer that also tells what its linear maps took: `sum x x'` over all tokens, by the names of its outputs. */
export interface GramGraph extends StateGraph {
  readonly grams: LinearInputs;
}

export interface TowerSteps {
  readonly first: StateGraph;
  /** Its weights are called as those of layer 0, and the LayerNorm behind it as that of layer 1. */
  readonly layer: StateGraph;
  /** Its output is the tower's; its weights are called as they are. */
  readonly last: StepGraph;
}

/** A tower as its whole graph has it, in the parts that are put together differently here. */
export interface TowerParts {
  readonly name: string;
  readonly config: TowerConfig;
  readonly batch: number;
  /** Tokens per sample. */
  readonly length: number;
  /** Where the layers stand, e.g. `encoder.layers`. */
  readonly layers: string;
  /** The LayerNorm after the last layer. */
  readonly finalNorm: string;
  /** All weights of the tower, as inputs. */
  readonly weights: readonly NamedShape[];
  readonly before: {
    readonly given: readonly GivenInput[];
    readonly weights: readonly string[];
    /** Appends what is before the first layer and returns its tokens, `[batch * length, width]`. */
    append(graph: Graph): string;
  };
  readonly behind: {
    readonly given: readonly GivenInput[];
    readonly weights: readonly string[];
    /** The rows that are wanted after the last layer, as `EncoderInputs.rows`. */
    rows(graph: Graph): string;
    /** Appends what is behind the last layer and declares the tower's output. */
    append(graph: Graph, outputs: EncoderOutputs): void;
  };
  /** Of every layer. */
  readonly attentionBias?: GivenInput;
}

/** The graphs of a tower. */
export function towerSteps(tower: TowerParts): TowerSteps {
  const { first, layer, last } = stepGraphs(tower);
  return { first: first(), layer: layer(), last: last() };
}

/** Each graph when it is asked for. */
export function stepGraphs(tower: TowerParts) {
  const { name, config, batch, length, layers: prefix, finalNorm, attentionBias } = tower;
  const rows = [batch * length, config.hiddenSize];
  const stateInputs = Object.values(STATE_INPUTS).map((input) => ({ name: input, shape: rows }));
  const layerInputs = [...stateInputs, ...(attentionBias ? [attentionBias] : [])];
  const normOf = (layer: number) => `${prefix}.${layer}.layer_norm1`;
  const isOf = (name: string, module: string) => name.startsWith(`${module}.`);
  const isOfLayer = (name: string, layer: number) =>
    isOf(name, `${prefix}.${layer}`) && !isOf(name, normOf(layer));

  const begin = (step: string, weights: readonly NamedShape[], given: readonly GivenInput[]) => {
    const graph = createGraph(`${name}_${step}`);
    for (const { name, shape } of weights) graph.weight(name, shape);
    for (const input of given) graph.input(input.name, input.shape, input.type);
    return graph;
  };
  const end = (
    graph: Graph,
    weights: readonly NamedShape[],
    given: readonly GivenInput[],
    state: EncoderState,
  ): StateGraph => {
    for (const output of [state.residual, state.normed]) graph.output(output, rows);
    const { residual, normed } = state;
    return { bytes: graph.build(), weights, given, state: { residual, normed } };
  };
  const layersOf = (graph: Graph) =>
    encoderLayers(graph, {
      config,
      batch,
      length,
      ...(attentionBias && { attentionBias: attentionBias.name }),
    });

  const first = () => {
    const { given, weights: own, append } = tower.before;
    const weights = tower.weights.filter(
      (weight) => own.includes(weight.name) || isOf(weight.name, normOf(0)),
    );
    const graph = begin('first', weights, given);
    const residual = append(graph);
    const normed = layerNorm(graph, residual, normOf(0), config);
    return end(graph, weights, given, { residual, normed });
  };

  const ofOneLayer = () => {
    const weights = layerNames(prefix, { ...config, layers: 2 }).filter(
      (weight) => isOf(weight.name, normOf(1)) || isOfLayer(weight.name, 0),
    );
    const graph = begin('layer', weights, layerInputs);
    const appended = layersOf(graph)(`${prefix}.0`, normOf(1), STATE_INPUTS);
    return { weights, graph, appended };
  };

  const layer = (): StateGraph => {
    const { weights, graph, appended } = ofOneLayer();
    return end(graph, weights, layerInputs, appended);
  };

  const layerWithGrams = (): GramGraph => {
    const { weights, graph, appended } = ofOneLayer();
    const gram = (rows: string, size: number) => {
      const name = graph.node('Gemm', [rows, rows], { attributes: { transA: { int: 1 } } });
      graph.output(name, [size, size]);
      return name;
    };
    const { hiddenSize, intermediateSize } = config;
    const { attention, output, expansion, contraction } = appended.inputs;
    const grams = {
      attention: gram(attention, hiddenSize),
      output: gram(output, hiddenSize),
      expansion: gram(expansion, hiddenSize),
      contraction: gram(contraction, intermediateSize),
    };
    return { ...end(graph, weights, layerInputs, appended), grams };
  };

  const last = (): StepGraph => {
    const index = config.layers - 1;
    const { given: more, weights: own, rows: wanted, append } = tower.behind;
    const weights = tower.weights.filter(
      (weight) => own.includes(weight.name) || isOfLayer(weight.name, index),
    );
    const given = [...layerInputs, ...more];
    const graph = begin('last', weights, given);
    const appendLayer = layersOf(graph);
    const state = appendLayer(`${prefix}.${index}`, finalNorm, STATE_INPUTS, wanted(graph));
    append(graph, { rows: state.residual, normed: state.normed });
    return { bytes: graph.build(), weights, given };
  };

  return { first, layer, layerWithGrams, last };
}

/** The tensor that is meant by an input of the graph of one layer when it is run for layer `index`. */
export function tensorOfLayer(input: string, index: number): string {
  return input.replace(
    /encoder\.layers\.([01])\./,
    (_, layer: string) => `encoder.layers.${Number(layer) + index}.`,
  );
}
