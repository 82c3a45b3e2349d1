import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { sampleRows, validationRows } from './select-rows';
import type { DatasetRow } from './types';

/** 60 rows of class 0, 30 of class 1, 10 of class 2, mixed. */
const rows: DatasetRow[] = Array.from({ length: 100 }, (_, index) => ({
  name: `${index}`,
  label: index % 10 < 6 ? 0 : index % 10 < 9 ? 1 : 2,
  read: async () => new Blob(),
}));

const names = (list: readonly DatasetRow[]) => list.map(({ name }) => name);

describe('a sample', () => {
  it('gives every class its share and keeps the order of the data', () => {
    const sample = sampleRows(rows, 20, 0);
    const counts = [0, 1, 2].map((label) => sample.filter((row) => row.label === label).length);
    expect(counts).toEqual([12, 6, 2]);
    const places = sample.map(({ name }) => Number(name));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('is the same for the same seed, and another for another', () => {
    expect(names(sampleRows(rows, 20, 7))).toEqual(names(sampleRows(rows, 20, 7)));
    expect(names(sampleRows(rows, 20, 7))).not.toEqual(names(sampleRows(rows, 20, 8)));
  });

  it('is everything where more is asked for than there is', () => {
    expect(names(sampleRows(rows, 1000, 0))).toEqual(names(rows));
  });
});

describe('a validation split', () => {
  it('takes each row once, in one of the two parts', () => {
    const of = (part: 'train' | 'val') =>
      names(validationRows(rows, { size: { fraction: 0.1 }, seed: 0, part }));
    expect(of('val')).toHaveLength(10);
    expect([...of('train'), ...of('val')].sort()).toEqual(names(rows).sort());
  });

  it('asks for a seed', () => {
    const request = { size: { rows: 10 }, seed: null, part: 'val' } as const;
    expect(() => validationRows(rows, request)).toThrow(ConfigError);
    expect(() => validationRows(rows, request)).toThrow(/Give a random_seed/);
  });
});
