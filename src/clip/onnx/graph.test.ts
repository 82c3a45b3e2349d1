import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BASE_PATCH32 } from '../testing-checkpoints';
import type { TextConfig, VisionConfig } from '../types';
import { createGraph } from './graph';
import { decodeModel } from './testing';
import { textGraph } from './text-graph';
import { visionGraph } from './vision-graph';

const LARGE: VisionConfig = {
  ...BASE_PATCH32,
  hiddenSize: 1024,
  layers: 24,
  heads: 16,
  intermediateSize: 4096,
  patchSize: 14,
};
const TEXT: TextConfig = {
  hiddenSize: 512,
  layers: 12,
  heads: 8,
  intermediateSize: 2048,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
  vocabSize: 49408,
  maxPositions: 77,
  eosTokenId: 2,
};
const LARGE_TEXT: TextConfig = { ...TEXT, hiddenSize: 768, heads: 12, intermediateSize: 3072 };

function oneNode() {
  const graph = createGraph('warm-up');
  graph.output(graph.node('Identity', [graph.input('value', [1])]), [1]);
  return graph.build();
}

/** What a serialiser generated from onnx.proto of ONNX 1.20.0 (protobuf-es 2.17.0) made of the same graphs. */
it.each([
  [
    'ViT-B/32, 32 pictures',
    visionGraph(BASE_PATCH32, 512, 32),
    '1ebd815cec45b79938a88cdc3cdd6aaa414338888e568965ac790a176bed26bc',
  ],
  [
    'ViT-L/14@336, 2 pictures',
    visionGraph({ ...LARGE, imageSize: 336 }, 768, 2),
    '5a178792941c12069f87219c5199d2176d721839a3e1c22e26328634d759ee91',
  ],
  [
    'a tower with gelu and an epsilon of its own',
    visionGraph({ ...BASE_PATCH32, layerNormEps: 1e-6, activation: 'gelu' }, 512, 8),
    'b9921669885b55a55086ba6a749cd760d848887fe37bed2ffcbc0e510f149646',
  ],
  [
    'the text tower of ViT-B/32, 8 prompts of 9 tokens',
    textGraph(TEXT, 512, 8, 9),
    '9ccec1960c48bf0147bb31b3785edd4298b505831a80b856f0da3e4b9668b4a3',
  ],
  [
    'the text tower of ViT-L/14, one prompt of 77 tokens',
    textGraph(LARGE_TEXT, 768, 1, 77),
    '427cee1320daac7578545bf0d0de977cf78135100c03811a2cc89e3c41b4ba26',
  ],
  [
    'a graph of one node',
    oneNode(),
    'd71adc6817bfb6f1bd6522a47f4fce2331b46aafb0dc1489f2bd157401a9c8b3',
  ],
])('%s: byte for byte what the reference writes', (_, bytes, digest) => {
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
});

it('writes every field where the specification has it', () => {
  const graph = createGraph('all of it');
  graph.input('x', [2, 300, 0]);
  graph.input('rows', [], 'int32');
  graph.constant([0, 1, 128, 2 ** 53 - 1], 'int64');
  graph.constant([], 'int32');
  graph.constant([2 ** 31 - 1], 'int32');
  const attributes = { axis: { int: 1 }, epsilon: { float: 1e-5 }, alpha: { float: -0.5 } };
  graph.pick('SkipLayerNormalization', ['x', '', 'größe'], [0, 3], { contrib: true, attributes });
  graph.output('y', [1]);
  const FLOAT = 1;
  const INT32 = 6;
  const INT64 = 7;
  expect(decodeModel(graph.build())).toEqual({
    irVersion: 8,
    producer: 'task-arithmetic-studio',
    opsets: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'all of it',
      node: [
        {
          opType: 'SkipLayerNormalization',
          name: 'SkipLayerNormalization_0',
          domain: 'com.microsoft',
          input: ['x', '', 'größe'],
          output: ['value_3', '', '', 'value_4'],
          attribute: [
            { name: 'axis', type: 2, i: 1, f: 0 },
            { name: 'epsilon', type: 1, i: 0, f: Math.fround(1e-5) },
            { name: 'alpha', type: 1, i: 0, f: -0.5 },
          ],
        },
      ],
      initializer: [
        {
          name: 'constant_0',
          dataType: INT64,
          dims: [4],
          int32Data: [],
          int64Data: [0, 1, 128, 2 ** 53 - 1],
        },
        { name: 'constant_1', dataType: INT32, dims: [0], int32Data: [], int64Data: [] },
        { name: 'constant_2', dataType: INT32, dims: [1], int32Data: [2 ** 31 - 1], int64Data: [] },
      ],
      input: [
        { name: 'x', elementType: FLOAT, dims: [2, 300, 0] },
        { name: 'rows', elementType: INT32, dims: [] },
      ],
      output: [{ name: 'y', elementType: FLOAT, dims: [1] }],
    },
  });
});

describe('what a model of ours cannot hold is refused', () => {
  const graph = createGraph('refusals');
  it.each<[string, () => unknown, string]>([
    ['a negative size', () => graph.input('x', [-1]), '-1 is no whole number'],
    ['half a size', () => graph.output('x', [0.5]), '0.5 is no whole number'],
    ['a size beyond 2^53', () => graph.input('x', [2 ** 53]), 'is no whole number'],
    ['NaN in a shape', () => graph.constant([Number.NaN], 'int64'), 'NaN is no whole number'],
    ['an index beyond int32', () => graph.constant([2 ** 31], 'int32'), 'too large for an int32'],
    [
      'an attribute that is no integer',
      () => graph.node('Concat', ['x'], { attributes: { axis: { int: 1.5 } } }),
      '1.5 is no whole number',
    ],
    [
      'an infinite attribute',
      () => graph.node('QuickGelu', ['x'], { attributes: { alpha: { float: Infinity } } }),
      'Infinity is no finite float32',
    ],
    [
      'an attribute beyond float32',
      () => graph.node('QuickGelu', ['x'], { attributes: { alpha: { float: 1e39 } } }),
      '1e+39 is no finite float32',
    ],
    ['half a character', () => graph.input('\ud800', [1]), 'is no Unicode text'],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
});
