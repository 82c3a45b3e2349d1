/**
 * The pre-norm transformer encoder that both towers share. Rows are tokens: every value is `[batch * length, width]` but
 * around the attention, so each linear layer is one Gemm that reads PyTorch's `[out, in]` weights as they lie (transB = 1).
 */

import { layerNames } from '../tensor-names';
import { ACTIVATIONS, type TowerConfig } from '../types';
import type { Graph } from './graph';

export interface EncoderInputs {
  readonly config: TowerConfig;
  /** Samples of every run; null where each run has as many as it likes. */
  readonly batch: number | null;
  /** Tokens per sample. */
  readonly length: number;
  /** Where the layers stand, e.g. `encoder.layers`. */
  readonly layers: string;
  /** The LayerNorm after the last layer. */
  readonly finalNorm: string;
  /** `[batch * length, width]`, already embedded and positioned. */
  readonly hidden: string;
  /**
   * int32 `[rows]`: the rows of `hidden` that are wanted in the end, such as the one that stands for each sample; those of
   * one sample where the batch is any.
   */
  readonly rows: string;
  /** `[1, 1, length, length]`, added to the attention scores. */
  readonly attentionBias?: string;
}

export interface EncoderOutputs {
  /** The wanted rows after the last layer, `[rows, width]`. */
  readonly rows: string;
  /** The same after the final LayerNorm. */
  readonly normed: string;
}

/**
 * Appends the encoder. After the last attention only the wanted rows go on:
 * everything that follows works row by row, so the rest would be thrown away.
 */
export function encoder(graph: Graph, inputs: EncoderInputs): EncoderOutputs {
  const { config, layers, rows } = inputs;
  for (const { name, shape } of layerNames(layers, config)) graph.weight(name, shape);
  const append = encoderLayers(graph, inputs);
  let state: EncoderState = {
    residual: inputs.hidden,
    normed: layerNorm(graph, inputs.hidden, `${layers}.0.layer_norm1`, config),
  };
  for (let index = 0; index < config.layers; index++) {
    const last = index === config.layers - 1;
    const next = last ? inputs.finalNorm : `${layers}.${index + 1}.layer_norm1`;
    state = append(`${layers}.${index}`, next, state, last ? rows : undefined);
  }
  return { rows: state.residual, normed: state.normed };
}

/** What goes from layer to layer, `[rows, width]` each. */
export interface EncoderState {
  /** The sum of all that was added so far. */
  readonly residual: string;
  /** The same after the LayerNorm that comes next. */
  readonly normed: string;
}

/** Values that a layer's linear maps take, a row for each token. */
export interface LinearInputs {
  /** Queries, keys and values. */
  readonly attention: string;
  /** What the attention gives out. */
  readonly output: string;
  /** The first of the MLP. */
  readonly expansion: string;
  /** The second of the MLP. */
  readonly contraction: string;
}

/** What a layer comes to, and what its linear maps took. */
export interface AppendedLayer extends EncoderState {
  readonly inputs: LinearInputs;
}

/**
 * Appends one layer: by the prefix of its names and that of the LayerNorm after it. With `rows` only these go on after the
 * attention.
 */
export type AppendLayer = (
  layer: string,
  nextNorm: string,
  state: EncoderState,
  rows?: string,
) => AppendedLayer;

/** Appends layers to a graph that has their weights as inputs. */
export function encoderLayers(
  graph: Graph,
  {
    config,
    batch,
    length,
    attentionBias = '',
  }: Pick<EncoderInputs, 'config' | 'batch' | 'length' | 'attentionBias'>,
): AppendLayer {
  const { hiddenSize: width } = config;
  const wide = graph.constant([batch ?? -1, length, width], 'int64');
  const flat = graph.constant([batch === null ? -1 : batch * length, width], 'int64');
  const taken = (x: string, rows: string) => {
    if (batch !== null) return graph.node('Gather', [x, rows]);
    const own = graph.node('Gather', [graph.node('Reshape', [x, wide]), rows], {
      attributes: { axis: { int: 1 } },
    });
    return graph.node('Reshape', [own, flat]);
  };

  const addAndNorm = (residual: string, update: string, name: string) =>
    // Output 3 is the sum itself, the next residual.
    graph.pick('SkipLayerNormalization', [residual, update, ...normOf(name)], [0, 3], {
      contrib: true,
      attributes: epsilonOf(config),
    });

  return (layer, nextNorm, { residual: before, normed: input }, rows) => {
    const project = (name: string) =>
      graph.node('Reshape', [linear(graph, input, `${layer}.self_attn.${name}`), wide]);
    const attended = graph.node(
      'MultiHeadAttention',
      [project('q_proj'), project('k_proj'), project('v_proj'), '', '', attentionBias],
      { contrib: true, attributes: { num_heads: { int: config.heads } } },
    );
    let context = graph.node('Reshape', [attended, flat]);
    let residual = before;
    if (rows !== undefined) {
      context = taken(context, rows);
      residual = taken(residual, rows);
    }
    const attention = linear(graph, context, `${layer}.self_attn.out_proj`);
    const [mlpInput, summed] = addAndNorm(residual, attention, `${layer}.layer_norm2`);
    const inner = activation(graph, linear(graph, mlpInput, `${layer}.mlp.fc1`), config);
    const mlp = linear(graph, inner, `${layer}.mlp.fc2`);
    const [normed, sum] = addAndNorm(summed, mlp, nextNorm);
    const inputs = { attention: input, output: context, expansion: mlpInput, contraction: inner };
    return { residual: sum, normed, inputs };
  };
}

/** LayerNorm of rows, by the prefix of its names. */
export function layerNorm(graph: Graph, x: string, name: string, config: TowerConfig): string {
  return graph.node('LayerNormalization', [x, ...normOf(name)], { attributes: epsilonOf(config) });
}

function normOf(name: string): [string, string] {
  return [`${name}.weight`, `${name}.bias`];
}

function epsilonOf({ layerNormEps }: TowerConfig) {
  return { epsilon: { float: layerNormEps } };
}

/** `x W^T + b`. */
function linear(graph: Graph, x: string, name: string): string {
  return graph.node('Gemm', [x, `${name}.weight`, `${name}.bias`], {
    attributes: { transB: { int: 1 } },
  });
}

/** The formulas behind the names of activations, in ONNX Runtime's operators. */
function activation(graph: Graph, x: string, config: TowerConfig): string {
  switch (ACTIVATIONS[config.activation]) {
    case 'sigmoid times 1.702':
      return sigmoidGated(graph, x, 1.702);
    case 'sigmoid':
      return sigmoidGated(graph, x, 1);
    case 'tanh':
      return graph.node('FastGelu', [x], { contrib: true });
    case 'relu':
      return graph.node('Relu', [x]);
    default:
      return graph.node('Gelu', [x], { contrib: true });
  }
}

/** `x * sigmoid(alpha * x)`. */
function sigmoidGated(graph: Graph, x: string, alpha: number): string {
  return graph.node('QuickGelu', [x], { contrib: true, attributes: { alpha: { float: alpha } } });
}
