import { describe, expect, it } from 'vitest';
import { demandOf } from './snapshot';
import { engineValue, poolModel } from './testing/values';
import { baseOf, includedExperts, inForce, START, scalingFactorOf } from './value';

const pool = (experts: number, changes = {}) => ({
  baseId: 'base',
  models: [
    poolModel('base', undefined),
    ...Array.from({ length: experts }, (_, i) => poolModel(`e${i}`, undefined)),
    poolModel('out', undefined, { included: false }),
  ],
  ...changes,
});

describe('the value at the start', () => {
  it('is empty, with nothing stopped and nothing chosen', () => {
    expect(START).toMatchObject({
      pool: { baseId: null, models: [] },
      tasks: [],
      sweep: [],
      chosenFactor: null,
      choice: 'auto',
      demoHidden: false,
      stopped: false,
    });
    expect(demandOf(START)).toEqual({ demand: null, missing: 'Add a pretrained CLIP to begin.' });
  });
});

describe('the pool of a value', () => {
  it('has its base, and the experts that are included', () => {
    expect(baseOf(pool(2))?.id).toBe('base');
    expect(baseOf(pool(2, { baseId: null }))).toBeUndefined();
    expect(includedExperts(pool(2)).map(({ id }) => id)).toEqual(['e0', 'e1']);
    expect(includedExperts(pool(0)).map(({ id }) => id)).toEqual([]);
  });
});

describe('the scaling factor of a value', () => {
  it('is the chosen one, or the usual one for so many experts', () => {
    expect(scalingFactorOf(engineValue({ pool: pool(2) }))).toBe(0.7);
    expect(scalingFactorOf(engineValue({ pool: pool(3) }))).toBe(0.3);
    expect(scalingFactorOf(engineValue({ pool: pool(3), chosenFactor: 0 }))).toBe(0);
  });

  it('is one constant for averages, so that what is scored is scored once', () => {
    const method = { name: 'SimpleAverageAlgorithm', options: {} };
    expect(scalingFactorOf(engineValue({ pool: pool(2), method, chosenFactor: 0.5 }))).toBe(1);
  });
});

describe('the method of a value', () => {
  it('counts the included experts', () => {
    const method = { name: 'WeightedAverageAlgorithm', options: {} };
    expect(inForce(engineValue({ pool: pool(3), method })).options.weights).toHaveLength(3);
  });
});
