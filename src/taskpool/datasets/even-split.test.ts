import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { evenSplit } from './even-split';
import { randomSplitRows } from './random-split';

interface Case {
  readonly name: string;
  readonly labels: readonly number[];
  readonly fraction: number;
  readonly seed: number;
  readonly choosing: readonly number[];
  /** SHA-256 of the rows as JSON. */
  readonly reporting: string;
}

const url = new URL('../../../reference/fixtures/random-splits.json', import.meta.url);
const { even }: { readonly even: readonly Case[] } = JSON.parse(readFileSync(url, 'utf8'));

describe("the seed whose split is the most even, and FusionBench's rows of it", () => {
  it.each(even)('$name, $fraction', ({ labels: given, fraction, seed, choosing, reporting }) => {
    const split = evenSplit(given, fraction);
    expect(split.seed).toBe(seed);
    expect(split.choosing).toEqual(choosing);
    const text = JSON.stringify(split.reporting);
    expect(createHash('sha256').update(text).digest('hex')).toBe(reporting);
  });
});

const labels = Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : i < 300 ? 1 : i < 360 ? 2 : 3));

function counts(rows: readonly number[]): number[] {
  return [0, 1, 2, 3].map((label) => rows.filter((row) => labels[row] === label).length);
}

describe('a split to choose by and to report on', () => {
  it("is FusionBench's of its seed", () => {
    const { seed, choosing, reporting } = evenSplit(labels, 0.2);
    expect(choosing).toEqual(randomSplitRows(400, { fraction: 0.2 }, seed, 'val'));
    expect(reporting).toEqual(randomSplitRows(400, { fraction: 0.2 }, seed, 'train'));
    expect([...choosing, ...reporting].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
  });

  it.each([0.2, 0.5])(
    'gives every class its share of %d, but for one or two pictures',
    (fraction) => {
      const { choosing } = evenSplit(labels, fraction);
      const expected = [200, 100, 60, 40].map((count) => count * fraction);
      for (const [label, count] of counts(choosing).entries()) {
        expect(Math.abs(count - (expected[label] ?? 0))).toBeLessThanOrEqual(2);
      }
    },
  );

  it('comes nearer to the shares than a seed that was not chosen', () => {
    const distance = (rows: readonly number[]) =>
      counts(rows).reduce((sum, count, i) => sum + (count - ([40, 20, 12, 8][i] ?? 0)) ** 2, 0);
    const { choosing } = evenSplit(labels, 0.2);
    const usual = [0, 1, 2, 3, 4].map((seed) =>
      distance(randomSplitRows(400, { fraction: 0.2 }, seed, 'val')),
    );
    expect(distance(choosing)).toBeLessThan(usual.reduce((sum, one) => sum + one) / 5);
  });

  it('is refused where a part would be empty', () => {
    expect(() => evenSplit([0], 1)).toThrow(ConfigError);
    expect(() => evenSplit([], 0.5)).toThrow(ConfigError);
  });
});
