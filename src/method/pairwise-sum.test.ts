import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import { pairwiseSum } from './pairwise-sum';

const { normalisedWeights } = fixtureJson<{
  normalisedWeights: { weights: number[]; normalised: number[] }[];
}>('methods/numbers.json');

describe('normalising weights', () => {
  it.each(
    normalisedWeights.map(({ weights, normalised }) => [weights.length, weights, normalised]),
  )('gives NumPy’s doubles for %i weights', (_length, weights, normalised) => {
    const sum = pairwiseSum(weights);
    expect(weights.map((weight) => weight / sum)).toEqual(normalised);
  });

  it('is not a sum from left to right, from eight weights on', () => {
    const differs = normalisedWeights.some(
      ({ weights }) => weights.reduce((sum, weight) => sum + weight, 0) !== pairwiseSum(weights),
    );
    expect(differs).toBe(true);
  });
});
