import { describe, expect, it } from 'vitest';
import { ALL_METHODS } from '../method/registry';
import {
  chooseMethod,
  methodInForce,
  methodScalingFactor,
  methodView,
  TASK_ARITHMETIC,
} from './method';

const TIES = 'TiesMergingAlgorithm';
const AVERAGE = 'WeightedAverageAlgorithm';

describe('a chosen method', () => {
  it('is kept with what it was told, and no more', () => {
    expect(chooseMethod(TIES, { threshold: 35 })).toEqual({
      name: TIES,
      options: { threshold: 35 },
    });
  });

  it('is refused with the names of all there are', () => {
    expect(() => chooseMethod('Nope', {})).toThrow(/^There is no method Nope; there are .*, .*\.$/);
    for (const { name } of ALL_METHODS) {
      expect(() => chooseMethod('Nope', {})).toThrow(name);
      expect(chooseMethod(name, {}).name).toBe(name);
    }
  });

  it('is refused with an option or a value that it does not have', () => {
    expect(() => chooseMethod(TIES, { treshold: 35 })).toThrow(`${TIES} has no option treshold`);
    expect(() => chooseMethod(TIES, { threshold: -5 })).toThrow('threshold is -5');
  });

  it('is not told the scaling factor, which is the slider’s', () => {
    expect(() => chooseMethod(TIES, { scaling_factor: 0.5 })).toThrow('no option scaling_factor');
  });
});

describe('a method in force', () => {
  it('has its options completed', () => {
    const { method, options, refusal } = methodInForce(
      { name: TIES, options: { threshold: 35 } },
      2,
    );
    expect(method.name).toBe(TIES);
    expect(options).toEqual({ threshold: 35, remove_keys: [], merge_func: 'sum' });
    expect(refusal).toBeNull();
  });

  it('forgets a list with one value for each expert when their number has changed', () => {
    const told = { name: AVERAGE, options: { weights: [0.25, 0.75] } };
    expect(methodInForce(told, 2).options).toMatchObject({ weights: [0.25, 0.75] });
    const { weights } = methodInForce(told, 3).options;
    expect(weights).toHaveLength(3);
    expect(methodInForce(told, 1).options.weights).toHaveLength(1);
  });

  it('says which number of experts it takes, where it does not take those that there are', () => {
    expect(methodInForce({ name: 'SlerpMergeAlgorithm', options: {} }, 0).refusal).toBeNull();
    expect(methodInForce({ name: 'SlerpMergeAlgorithm', options: {} }, 7).refusal).toContain(
      'Exclude experts',
    );
  });

  it('is task arithmetic where its name is not known any more', () => {
    expect(methodInForce({ name: 'Gone', options: { x: 1 } }, 1).method.name).toBe(
      TASK_ARITHMETIC.name,
    );
  });
});

describe('the scaling factor that nobody chose', () => {
  it.each([
    [TASK_ARITHMETIC.name, 2, 0.7],
    [TASK_ARITHMETIC.name, 3, 0.3],
    [TIES, 2, 0.3],
    [TIES, 5, 0.3],
    ['SimpleAverageAlgorithm', 2, 1],
    [AVERAGE, 2, 1],
    ['SlerpMergeAlgorithm', 1, 1],
  ])('of %s with %i experts is %f', (name, experts, expected) => {
    expect(methodScalingFactor(methodInForce({ name, options: {} }, experts), experts)).toBe(
      expected,
    );
  });
});

describe('a method on the page', () => {
  it('shows the options with the values that hold, without the scaling factor', () => {
    const view = methodView(methodInForce({ name: TIES, options: { threshold: 35 } }, 2));
    expect(view).toMatchObject({ name: TIES, hasScalingFactor: true, refusal: null });
    expect(view.options.map(({ option, value }) => [option.name, value])).toEqual([
      ['threshold', 35],
      ['remove_keys', []],
      ['merge_func', 'sum'],
    ]);
  });

  it('has no slider where it averages', () => {
    const { hasScalingFactor } = methodView(methodInForce({ name: AVERAGE, options: {} }, 2));
    expect(hasScalingFactor).toBe(false);
  });

  it('shows its default where a value is missing', () => {
    const inForce = methodInForce({ name: TIES, options: {} }, 2);
    const { options } = methodView({ ...inForce, options: {} });
    expect(options.map(({ value }) => value)).toEqual([20, [], 'sum']);
  });
});
