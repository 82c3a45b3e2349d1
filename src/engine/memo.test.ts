import { describe, expect, it, vi } from 'vitest';
import { memo } from './memo';

describe('memo', () => {
  it('computes once per combination of the very objects', () => {
    const compute = vi.fn((a: { n: number }, b: { n: number }) => a.n + b.n);
    const sum = memo(compute);
    const [one, two] = [{ n: 1 }, { n: 2 }];
    expect([sum(one, two), sum(one, two), sum(two, one)]).toEqual([3, 3, 3]);
    expect(compute).toHaveBeenCalledTimes(2);
    expect(sum({ n: 1 }, two)).toBe(3);
    expect(compute).toHaveBeenCalledTimes(3);
  });

  it('remembers a result of undefined as well', () => {
    const compute = vi.fn(() => undefined);
    const nothing = memo(compute as (value: object) => undefined);
    const key = {};
    nothing(key);
    nothing(key);
    expect(compute).toHaveBeenCalledTimes(1);
  });
});
