import { describe, expect, it } from 'vitest';
import { BASE_PATCH32 } from '../testing-checkpoints';
import type { TextConfig, VisionConfig } from '../types';
import { type DecodedNode, decodeModel } from './testing';
import { textGraph } from './text-graph';
import { visionGraph, visionInputs } from './vision-graph';

const VISION: VisionConfig = { ...BASE_PATCH32, layerNormEps: 1e-6, activation: 'gelu' };
const TEXT: TextConfig = {
  hiddenSize: 512,
  layers: 2,
  heads: 8,
  intermediateSize: 2048,
  activation: 'quick_gelu',
  layerNormEps: 1e-3,
  vocabSize: 49408,
  maxPositions: 77,
  eosTokenId: 2,
};

const decode = (bytes: Uint8Array) => decodeModel(bytes).graph;

const attributes = (nodes: readonly DecodedNode[], name: string) =>
  nodes.flatMap(({ attribute }) => attribute.filter((found) => found.name === name));

describe.each([
  { tower: 'vision', graph: decode(visionGraph(VISION, 512, 8)), config: VISION },
  { tower: 'text', graph: decode(textGraph(TEXT, 512, 8, 9)), config: TEXT },
])('the $tower graph', ({ graph, config }) => {
  it("carries the configuration's heads, epsilon and activation", () => {
    const heads = attributes(graph.node, 'num_heads').map(({ i }) => i);
    expect(heads).toEqual(Array(config.layers).fill(config.heads));
    const epsilons = attributes(graph.node, 'epsilon').map(({ f }) => f);
    expect(epsilons.length).toBeGreaterThan(2 * config.layers);
    expect(new Set(epsilons)).toEqual(new Set([Math.fround(config.layerNormEps)]));
    const activations = graph.node.filter(({ opType }) => /Gelu/.test(opType));
    expect(activations).toHaveLength(config.layers);
    const opType = config.activation === 'gelu' ? 'Gelu' : 'QuickGelu';
    expect(activations.every((node) => node.opType === opType)).toBe(true);
  });

  it('uses only operators that run well on WebGPU with fed weights', () => {
    const used = new Set(graph.node.map(({ opType }) => opType));
    const good = ['Add', 'Concat', 'Expand', 'Gather', 'Gelu', 'Gemm', 'LayerNormalization'];
    good.push('MultiHeadAttention', 'QuickGelu', 'Reshape', 'SkipLayerNormalization');
    expect([...used].filter((opType) => !good.includes(opType))).toEqual([]);
  });

  it('has static shapes, no weights among its constants, and uses every input', () => {
    // A size that is not static would be a field that the decoder refuses.
    expect(graph.input.every(({ dims }) => dims.every((size) => size > 0))).toBe(true);
    const constants = graph.initializer.flatMap(({ dims }) => dims);
    expect(Math.max(...constants)).toBeLessThanOrEqual(8);
    const used = new Set(graph.node.flatMap(({ input }) => input));
    expect(graph.input.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });
});

it('reads every vision tensor and the projection, 200 of them in a ViT-B/32', () => {
  const names = decode(visionGraph(VISION, 512, 8)).input.map(({ name }) => name);
  const weights = visionInputs(VISION, 512).map(({ name }) => name);
  expect(weights).toHaveLength(200);
  expect(names.toSorted()).toEqual(['patches', ...weights].toSorted());
});
