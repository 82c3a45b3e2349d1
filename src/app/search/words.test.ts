import { expect, it } from 'vitest';
import type { SearchView } from '../../state/types';
import { changedWeights, differenceText, sameCandidate } from './words';

const experts = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ id: name, name: `expert_${name}` }));
const short = new Map(experts.map(({ id, name }) => [name, id]));

const found = (weights: readonly number[]): SearchView => ({
  name: 'weights',
  phase: 'found',
  tried: 2,
  of: 40,
  before: { scalingFactor: 0.3, weights: [1, 1, 1, 1, 1] },
  best: { scalingFactor: 0.3, weights },
  values: [],
  stopped: false,
  experts,
  outcome: null,
  verdict: null,
});

it('names the few weights that changed, and counts many', () => {
  expect(changedWeights(found([1, 0.5, 1, 1, 1.25]), short)).toBe('b 0.5, e 1.25');
  expect(changedWeights(found([0, 0, 0, 0, 0]), short)).toBe('Other weights of 5 experts');
  expect(changedWeights(found([0, 0, 0, 0, 1]), new Map())).toBe(
    'expert_a 0, expert_b 0, expert_c 0, expert_d 0',
  );
});

it.each([
  [0.0634, [-0.014, 0.141], 0.392, '+6.3 points (95 % interval −1.4 to +14.1), p = 0.39'],
  [-0.01, [-0.019, -0.001], 0.00004, '−1.0 points (95 % interval −1.9 to −0.1), p < 0.001'],
] as const)('tells a difference of %d', (difference, interval, pValue, text) => {
  expect(differenceText({ difference, interval, pValue })).toBe(text);
});

it('knows a model by factor and weights', () => {
  const model = { scalingFactor: 0.3, weights: [1, 2] };
  expect(sameCandidate(model, { ...model })).toBe(true);
  expect(sameCandidate(model, { ...model, scalingFactor: 0.4 })).toBe(false);
  expect(sameCandidate(model, { ...model, weights: [1, 1] })).toBe(false);
});
