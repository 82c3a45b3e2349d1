import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalVisionNames } from '../../clip/tensor-names';
import { BASE_PATCH32 } from '../../clip/testing-checkpoints';
import {
  checkedFactors,
  FLAT,
  factorsOf,
  factorTable,
  isFlat,
  layerFactor,
  tensorScale,
} from './factors';
import { blockGroup, LAYER_KINDS, layerDepth, layerGroup, layerGroups } from './groups';
import { plannedFactors } from './plan';
import { LAYER_PRESETS, presetFactors } from './presets';

const namesOf = (layers: number) =>
  canonicalVisionNames({ ...BASE_PATCH32, layers }).map(({ name }) => name);
const NAMES = namesOf(12);

describe('groups', () => {
  it('take in every tensor of a tower, each once', () => {
    const groups = layerGroups(12);
    expect(layerDepth(NAMES)).toBe(12);
    expect(groups).toHaveLength(2 + 3 * 12);
    expect(new Set(NAMES.map(layerGroup))).toEqual(new Set(groups));
    const size = (group: string) => NAMES.filter((name) => layerGroup(name) === group).length;
    expect(size('embeddings')).toBe(5);
    expect(size('post')).toBe(2);
    expect(size('layers.11.attention')).toBe(8);
    expect(size('layers.0.mlp')).toBe(4);
    expect(size('layers.10.norms')).toBe(4);
  });

  it('tell block 1 from block 11', () => {
    expect(layerGroup('encoder.layers.1.mlp.fc1.bias')).toBe('layers.1.mlp');
    expect(layerGroup('encoder.layers.11.mlp.fc1.bias')).toBe('layers.11.mlp');
  });
});

const factor = fc.constantFrom(0, 0.1, 0.5, 1, 1.37, -0.5);
const factors = fc.dictionary(
  fc.constantFrom(...layerGroups(3), ...namesOf(3), 'layers.7.mlp', 'no such tensor'),
  factor,
);

describe('factors', () => {
  it('are a tensor’s own, else its group’s, else 1', () => {
    const table = { 'layers.2.mlp': 0.5, 'encoder.layers.2.mlp.fc2.bias': 0 };
    expect(layerFactor(table, 'encoder.layers.2.mlp.fc2.bias')).toBe(0);
    expect(layerFactor(table, 'encoder.layers.2.mlp.fc2.weight')).toBe(0.5);
    expect(layerFactor(table, 'encoder.layers.2.layer_norm1.bias')).toBe(1);
  });

  it('are written in one way, whatever gives the same to every tensor', () => {
    fc.assert(
      fc.property(
        factors,
        fc.shuffledSubarray(namesOf(3), { minLength: 55 }),
        (given, shuffled) => {
          const table = factorsOf(given, namesOf(3));
          for (const name of namesOf(3)) {
            expect(layerFactor(table, name)).toBe(layerFactor(given, name) || 0);
          }
          const byTensor = Object.fromEntries(
            namesOf(3).map((name) => [name, layerFactor(given, name)]),
          );
          expect(factorsOf(byTensor, namesOf(3))).toEqual(table);
          expect(JSON.stringify(factorsOf(table, namesOf(3)))).toBe(JSON.stringify(table));
          if (shuffled.length === namesOf(3).length) {
            expect(JSON.stringify(factorsOf(given, shuffled))).toBe(JSON.stringify(table));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are none where all are 1, also where a group says another thing of all of its tensors', () => {
    expect(factorsOf({ 'layers.40.mlp': 0, embeddings: 1 }, NAMES)).toEqual(FLAT);
    const post = ['post_layernorm.weight', 'post_layernorm.bias'];
    expect(factorsOf({ post: 0, ...Object.fromEntries(post.map((n) => [n, 1])) }, NAMES)).toEqual(
      {},
    );
    expect(isFlat({ post: 1 })).toBe(true);
    expect(isFlat({ post: 1, embeddings: 0.5 })).toBe(false);
  });

  it('leave the scaling factor as it is where they are 1, and are multiplied with it before anything is rounded', () => {
    expect(tensorScale(0.3, FLAT, 'post_layernorm.bias')).toBe(0.3);
    const scale = tensorScale(0.3, { post: 0.1 }, 'post_layernorm.bias');
    expect(scale).toBe(0.3 * 0.1);
    expect(Math.fround(scale)).not.toBe(Math.fround(Math.fround(0.3) * Math.fround(0.1)));
  });

  it('are finite, and have no minus zero', () => {
    expect(() => checkedFactors({ post: Number.NaN })).toThrow(
      'The layer factor of post is a finite number, not NaN.',
    );
    expect(Object.is(checkedFactors({ post: -0 }).post, 0)).toBe(true);
    expect(Object.is(factorTable(NAMES, () => -0).post, 0)).toBe(true);
  });
});

describe('presets', () => {
  const at = (preset: (typeof LAYER_PRESETS)[number], group: string, layers = 12, experts = 4) =>
    presetFactors(preset, namesOf(layers), experts)[group] ?? 1;

  it('go up in equal steps from the embeddings to the last norm', () => {
    expect(at('ramp', 'embeddings')).toBe(0);
    expect(at('ramp', 'layers.0.mlp', 3)).toBe(1 / 4);
    expect(at('ramp', 'layers.2.attention', 3)).toBe(3 / 4);
    expect(at('ramp', 'post')).toBe(1);
  });

  it('scale as LiNeS does, from 1/N in the first block by 1 to the last', () => {
    expect(at('lines', 'embeddings')).toBe(0.25);
    expect(at('lines', 'layers.0.norms')).toBe(0.25);
    expect(at('lines', 'layers.11.norms')).toBe(1.25);
    expect(at('lines', 'layers.3.mlp')).toBe(0.25 + 3 / 11);
    expect(at('lines', 'post')).toBe(0.25);
  });

  it('leave one kind, or the blocks in the middle', () => {
    for (const kind of ['attention', 'mlp'] as const) {
      const left = layerGroups(12).filter((group) => at(kind, group) === 1);
      expect(left).toEqual(Array.from({ length: 12 }, (_, block) => blockGroup(block, kind)));
    }
    const middle = (layers: number) =>
      Array.from({ length: layers }, (_, block) => block).filter((block) =>
        LAYER_KINDS.every((kind) => at('middle', blockGroup(block, kind), layers) === 1),
      );
    expect(middle(12)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(middle(3)).toEqual([1]);
    expect(middle(2)).toEqual([0, 1]);
    expect(middle(1)).toEqual([0]);
    expect(at('middle', 'embeddings')).toBe(0);
  });

  it.each(LAYER_PRESETS)('are finite for any tower: %s', (preset) => {
    for (const layers of [1, 2, 24]) {
      for (const experts of [0, 1, 8]) {
        const given = Object.values(presetFactors(preset, namesOf(layers), experts));
        expect(given.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('rules', () => {
  const planned = (...rules: [string, number][]) =>
    plannedFactors(
      { kind: 'rules', rules: rules.map(([tensors, factor]) => ({ tensors, factor })) },
      NAMES,
      2,
    );

  it('find tensors by their whole name, and a later one holds', () => {
    const given = planned(['.', 0], ['^vision_model\\.encoder', 0.5], ['layers\\.(0|11)\\.', 2]);
    expect(given.embeddings).toBe(0);
    expect(given['layers.5.mlp']).toBe(0.5);
    expect(given['layers.1.mlp']).toBe(0.5);
    expect(given['layers.11.norms']).toBe(2);
  });

  it('are refused where they find nothing, and where they are none', () => {
    expect(() => planned(['self_atn', 0])).toThrow(
      'layers: self_atn is found in the name of no tensor that is merged. They are called like vision_model.encoder.layers.0.self_attn.k_proj.weight; change the expression or leave it out.',
    );
    expect(() => planned(['(', 0])).toThrow(/^layers: \( is no regular expression \(/);
  });
});

describe('filters of mergekit', () => {
  const planned = (
    unit: number,
    ...lists: { filter: string | null; value: number | number[] }[][]
  ) => plannedFactors({ kind: 'filters', lists, unit }, NAMES, 2);

  it('hold where they come first', () => {
    const given = planned(1, [
      { filter: 'layers.1.', value: 3 },
      { filter: 'mlp', value: 0.5 },
      { filter: null, value: 2 },
    ]);
    expect(given['layers.1.mlp']).toBe(3);
    expect(given['layers.11.mlp']).toBe(0.5);
    expect(given['layers.11.attention']).toBe(2);
  });

  it('are 1 where none fits, and are over what the scaling factor has of them', () => {
    const given = planned(0.3, [
      { filter: 'mlp', value: 0.3 * 0.7 },
      { filter: 'self_attn', value: 0.3 },
    ]);
    expect(given['layers.0.mlp']).toBe(0.7);
    expect(given['layers.0.attention']).toBeUndefined();
    expect(given.post).toBe(1 / 0.3);
  });

  it('go along a gradient block by block, which begins where there is none', () => {
    const given = planned(1, [{ filter: null, value: [0.5, 1, 0] }]);
    expect(given.embeddings).toBe(0.5);
    expect(given['layers.0.mlp']).toBe(0.5);
    expect(given['layers.11.mlp']).toBe(0);
    expect(given['layers.3.mlp']).toBeCloseTo(0.5 + (3 / 11) * 2 * 0.5, 12);
    expect(given.post).toBe(0.5);
  });

  it('multiply where weights and lambda have one each', () => {
    const given = planned(1, [{ filter: 'mlp', value: 0.5 }], [{ filter: 'layers.0', value: 3 }]);
    expect(given['layers.0.mlp']).toBe(1.5);
    expect(given['layers.1.mlp']).toBe(0.5);
    expect(given['layers.0.norms']).toBe(3);
  });
});
