import { describe, expect, it } from 'vitest';
import { spreadOf } from './spread';

describe('the spread of several rounds', () => {
  it('has the middle of an odd number of them', () => {
    expect(spreadOf([9, 1, 10])).toEqual({ median: 9, lowest: 1, highest: 10, rounds: 3 });
  });
  it('has the mean of the two in the middle of an even number', () => {
    expect(spreadOf([4, 100, 2, 1]).median).toBe(3);
  });
  it('is refused where nothing was measured', () => {
    expect(() => spreadOf([])).toThrow('no rounds were measured');
  });
});
