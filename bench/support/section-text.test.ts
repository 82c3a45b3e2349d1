import { describe, expect, it } from 'vitest';
import type { Row } from './row';
import { sectionText } from './section-text';
import { spreadOf } from './spread';

const row: Row = {
  work: 'merging',
  unit: 's',
  ours: spreadOf([4, 5, 6]),
  references: [
    {
      name: 'FusionBench',
      measured: spreadOf([10, 10, 10]),
      ratio: spreadOf([0.5, 0.4, 0.6]),
      wanted: 0.4,
    },
  ],
};

const text = (rows: readonly Row[], omitted: readonly string[] = []) =>
  sectionText({ title: 'Merging', text: 'Whole processes.', rows, omitted });

describe('a section of benchmarks', () => {
  it('says by how much a goal is missed', () => {
    expect(text([row])).toContain(
      '| merging | 5.0 (4.0 to 6.0) s | 10.0 (10.0 to 10.0) s | **0.50 (0.40 to 0.60)** (goal 0.4: missed by a factor of 1.25) |',
    );
  });

  it('wants more images per second and less of everything else', () => {
    const images = { ...row, unit: 'images/s' as const };
    expect(text([images])).toContain('(goal 0.4: met)');
    expect(text([{ ...row, references: [], wanted: 5 }])).toContain(
      '**5.0 (4.0 to 6.0) s** (goal 5: met)',
    );
    expect(text([{ ...row, references: [], wanted: 4 }])).toContain('missed by a factor of 1.25');
  });

  it('leaves cells empty where a reference was not run', () => {
    expect(text([row, { ...row, references: [] }])).toMatch(/\| merging \| [^|]+ \| {2}\| {2}\|$/);
  });

  it('names what was left out', () => {
    expect(text([row], ['mergekit: it is not installed.'])).toMatch(
      /\n\nLeft out: mergekit: it is not installed\.$/,
    );
  });
});
