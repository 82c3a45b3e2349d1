import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { comparisonBlock, withBlock } from './demo-comparison.mjs';

const rows = [
  {
    title: 'TIES-Merging',
    scalingFactor: 0.86,
    chosen: true,
    choosing: { pictures: 10 },
    reporting: { pictures: 12, accuracy: 0.75, interval: [0.7, 0.8] as const },
    tasks: [{ task: 'digits', accuracy: 0.75 }],
    difference: { difference: 0.041, pValue: 0.0123 },
  },
  {
    title: 'Pretrained',
    scalingFactor: null,
    chosen: false,
    choosing: null,
    reporting: { pictures: 12, accuracy: 0.5, interval: [0.4, 0.6] as const },
    tasks: [{ task: 'digits', accuracy: 0.5 }],
    difference: { difference: -0.21, pValue: 1e-9 },
  },
  {
    title: 'Broken',
    scalingFactor: null,
    chosen: false,
    choosing: null,
    reporting: null,
    tasks: [],
    difference: null,
  },
];

it('writes a table, and leaves out what failed', () => {
  expect(comparisonBlock(rows).split('\n').slice(1, -1)).toEqual([
    expect.stringContaining('on 10 of the test pictures, scored on the other 12;'),
    '',
    '| accuracy in % | λ | digits | average | 95 % | against task arithmetic | p |',
    '|---|---|---|---|---|---|---|',
    '| **TIES-Merging** | 0.86 | 75.0 | 75.0 | 70.0 to 80.0 | +4.1 | 0.012 |',
    '| Pretrained |  | 50.0 | 50.0 | 40.0 to 60.0 | -21.0 | < 0.001 |',
  ]);
});

it('replaces the one that stands in the card, and nothing else', () => {
  const card = readFileSync(new URL('../../public/demo/README.md', import.meta.url), 'utf8');
  const replaced = withBlock(card, comparisonBlock(rows));
  expect(replaced).toContain('| **TIES-Merging** | 0.86 |');
  expect(replaced.split('\n')[0]).toBe(card.split('\n')[0]);
  expect(withBlock(replaced, comparisonBlock(rows))).toBe(replaced);
  expect(() => withBlock('none', '')).toThrow('no <!-- begin');
});
