import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomSplitRows } from './random-split';

interface Case {
  readonly rows: number;
  readonly size: { readonly fraction: number } | { readonly rows: number };
  readonly seed: number;
  readonly train: { readonly count: number; readonly sha256: string };
  readonly val: {
    readonly count: number;
    readonly first: readonly number[];
    readonly sha256: string;
  };
}

const url = new URL('../../../reference/fixtures/random-splits.json', import.meta.url);
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(readFileSync(url, 'utf8'));

const digest = (rows: readonly number[]) =>
  createHash('sha256').update(JSON.stringify(rows)).digest('hex');

describe("validation splits, against FusionBench's", () => {
  it.each(cases)('$rows rows, $size, seed $seed', ({ rows, size, seed, train, val }) => {
    const validation = randomSplitRows(rows, size, seed, 'val');
    const training = randomSplitRows(rows, size, seed, 'train');
    expect(validation.slice(0, val.first.length)).toEqual(val.first);
    expect([validation.length, digest(validation)]).toEqual([val.count, val.sha256]);
    expect([training.length, digest(training)]).toEqual([train.count, train.sha256]);
  });

  it.each([
    [10, { rows: 10 }],
    [10, { rows: -1 }],
    [10, { fraction: 1 }],
    [10, { fraction: 0 }],
    [0, { fraction: 0.1 }],
  ])('refuses to set apart %j: %j', (rows, size) => {
    expect(() => randomSplitRows(rows, size, 0, 'val')).toThrow(/cannot be set apart/);
  });
});
