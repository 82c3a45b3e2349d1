import { describe, expect, it } from 'vitest';
import {
  defaultMix,
  type Mix,
  mixOf,
  mixWeights,
  soloed,
  WEIGHT_PRESETS,
  withRole,
} from './weight-presets';

const expert = (id: string, weight = 1, relativeNorm?: number) => ({
  id,
  weight,
  ...(relativeNorm !== undefined && { relativeNorm }),
});
const four = ['a', 'b', 'c', 'd'].map((id, i) => expert(id, 1, 0.1 * (i + 1)));
const weighedBy = (mix: Mix, of = four) => Object.values(mixWeights(of, mix) ?? {});

describe('a preset', () => {
  it.each<[Mix, number[]]>([
    [{ preset: 'all' }, [1, 1, 1, 1]],
    [{ preset: 'alone', expert: 'b' }, [0, 1, 0, 0]],
    [{ preset: 'forget', expert: 'c' }, [0, 0, -1, 0]],
    [{ preset: 'analogy', c: 'a', b: 'c', a: 'b' }, [1, -1, 1, 0]],
    [{ preset: 'norms' }, [2.5, 1.25, 0.8333, 0.625]],
  ])('%j', (mix, weights) => {
    expect(weighedBy(mix)).toEqual(weights);
    const weighed = four.map((each, i) => ({ ...each, weight: weights[i] ?? 1 }));
    expect(mixOf(weighed)).toEqual(mix);
  });

  it('is told from weights of one expert, of none, and from others', () => {
    const of = (...weights: number[]) => mixOf(weights.map((w, i) => expert(String(i), w)));
    expect(of()).toBeNull();
    expect(of(1)).toEqual({ preset: 'all' });
    expect(of(-1)).toEqual({ preset: 'forget', expert: '0' });
    for (const custom of [
      [0.5],
      [0, 0],
      [1, -1],
      [1, 1, 0],
      [-1, -1, 0],
      [1, 1, 1, -1],
      [1, 1, -1, 0.5],
      [1, 1, -1, -1],
    ])
      expect(of(...custom), String(custom)).toBeNull();
  });

  it('makes norms equal where all of them are known and none is 0', () => {
    for (const norm of [undefined, 0, Number.NaN]) {
      expect(
        mixWeights([expert('a', 1, 0.2), expert('b', 1, norm)], { preset: 'norms' }),
      ).toBeNull();
    }
    expect(mixWeights([], { preset: 'norms' })).toBeNull();
    const same = [expert('a', 1, 0.2), expert('b', 1, 0.2)];
    expect(weighedBy({ preset: 'norms' }, same)).toEqual([1, 1]);
  });

  it('begins with the first experts, where there are enough', () => {
    const begun = (count: number) =>
      WEIGHT_PRESETS.filter((preset) => defaultMix(four.slice(0, count), preset) !== null);
    expect(begun(0)).toEqual(['all', 'norms']);
    expect(begun(2)).toEqual(['all', 'alone', 'forget', 'norms']);
    expect(begun(3)).toEqual([...WEIGHT_PRESETS]);
    expect(defaultMix(four, 'analogy')).toEqual({ preset: 'analogy', c: 'c', b: 'b', a: 'a' });
  });
});

it('a part of an analogy is one expert’s: two change places', () => {
  const mix = { preset: 'analogy', c: 'a', b: 'b', a: 'c' } as const;
  expect(withRole(mix, 'a', 'd')).toEqual({ ...mix, a: 'd' });
  expect(withRole(mix, 'a', 'a')).toEqual({ preset: 'analogy', c: 'c', b: 'b', a: 'a' });
  expect(withRole(mix, 'b', 'b')).toEqual(mix);
});

it('solo leaves all others out of the sum, and a second time brings all back', () => {
  const models = ['base', 'a', 'b', 'c'].map((id) => ({
    id,
    included: id !== 'c',
    weight: 1,
    part: null,
  }));
  const experts = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const inSum = (of: readonly { id: string; included: boolean }[]) =>
    of.filter(({ included }) => included).map(({ id }) => id);
  const alone = soloed(models, experts, 'b');
  expect(inSum(alone)).toEqual(['base', 'b']);
  expect(inSum(soloed(alone, experts, 'a'))).toEqual(['base', 'a']);
  expect(inSum(soloed(alone, experts, 'b'))).toEqual(['base', 'a', 'b', 'c']);
});
