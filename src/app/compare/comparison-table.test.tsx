// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { aSnapshot, aTask } from '../../state/testing';
import type { ComparisonView } from '../../state/types';
import { SearchPanel } from '../search/search-panel';
import { draw } from '../testing';
import type { Row } from './words';

const half = (accuracy: number, loss: number) => ({
  pictures: 95,
  accuracy,
  interval: [accuracy - 0.05, accuracy + 0.05] as const,
  loss,
});

const row = (changes: Partial<Row>): Row => ({
  kind: 'method',
  name: 'TaskArithmeticAlgorithm',
  title: 'Task arithmetic',
  told: {},
  options: {},
  scalingFactor: 0.51,
  tried: 13,
  choosing: half(0.7, 0.9),
  reporting: half(0.71, 0.8),
  tasks: [{ task: 'digits', pictures: 95, correct: 67, accuracy: 0.71 }],
  difference: null,
  verdict: null,
  chosen: false,
  seconds: 12.34,
  failure: null,
  ...changes,
});

const ROWS: readonly Row[] = [
  row({
    name: 'TiesMergingAlgorithm',
    title: 'TIES-Merging',
    told: { threshold: 35 },
    options: { threshold: 35, merge_func: 'sum' },
    scalingFactor: 0.86,
    chosen: true,
    reporting: half(0.75, 0.7),
    difference: { difference: 0.04, interval: [0.01, 0.07], pValue: 0.0123 },
    verdict: 'better than task arithmetic',
  }),
  row({}),
  row({
    kind: 'pretrained',
    name: 'pretrained',
    title: 'Pretrained',
    scalingFactor: null,
    choosing: null,
    reporting: half(0.5, 1.5),
    difference: { difference: -0.21, interval: [-0.3, -0.12], pValue: 1e-9 },
  }),
  row({
    name: 'X',
    title: 'Broken',
    choosing: null,
    reporting: null,
    failure: 'It needs pictures.',
  }),
];

const view = (changes: Partial<ComparisonView> = {}): ComparisonView => ({
  phase: 'done',
  stopped: false,
  rows: ROWS,
  of: 4,
  step: null,
  halved: ['digits'],
  leftOut: [],
  splits: {},
  ...changes,
});

const pool = { models: [], findings: [], mergeable: true };
const shown = (comparison: ComparisonView) => aSnapshot({ comparison, pool, tasks: [aTask()] });

it('has a row for each model, says what was chosen and what failed', async () => {
  const { container } = await draw(<SearchPanel />, shown(view()));
  const rows = [...container.querySelectorAll('.comparison tbody tr')].map(
    ({ textContent }) => textContent,
  );
  expect(rows[0]).toMatch(/^TIES-Merging ★.* λ = 0\.8675\.0 % ±5\.0.*\+4\.0 p = 0\.012/);
  expect(rows[1]).toMatch(/^Task arithmetic λ = 0\.5171\.0 %/);
  expect(rows[2]).toContain('−21.0 p < 0.001');
  expect(rows[2]).not.toContain('Use');
  expect(rows[3]).toContain('It needs pictures.');
  expect(container.textContent).toContain(
    'least loss on 95 pictures; every accuracy is of 95 others',
  );
  expect(container.textContent).toContain('No pictures of digits are set apart');
});

it('says why a method has no row', async () => {
  const leftOut = ['RegMean is left out: it looks at pictures.'];
  const { container } = await draw(<SearchPanel />, shown(view({ leftOut })));
  expect(container.textContent).toContain(leftOut[0]);
});

it('merges by a row in one step, and takes its file along', async () => {
  const { button, click, engine, run, saved } = await draw(<SearchPanel />, shown(view()));
  await click(button('Use: TIES-Merging'));
  expect(engine.calls.slice(-2)).toEqual([
    ['setMethod', 'TiesMergingAlgorithm', { threshold: 35 }],
    ['setScalingFactor', 0.86],
  ]);
  await click(button('Download as CSV'));
  expect(saved.map(({ name }) => name)).toEqual(['comparison.csv']);
  await click(button('Compare methods'));
  expect(engine.calls.at(-1)?.[0]).toBe('compare');
  await run(({ undo }) => undo());
});

it('says how far it is while it goes on, and that it can go on where it was stopped', async () => {
  const comparing = view({
    phase: 'comparing',
    of: 14,
    step: { title: 'MagMax', row: 5, scalingFactor: 0.6 },
  });
  const { container, push, button } = await draw(<SearchPanel />, shown(comparing));
  expect(container.querySelector('.search-count')?.textContent).toBe('5 of 14: MagMax at λ = 0.60');
  expect(container.querySelector('summary')?.textContent).toBe('Methods compared, 4 of 14 so far');
  expect(button('Compare methods').disabled).toBe(true);
  await push(shown(view({ stopped: true, of: 14 })));
  expect(button('Go on comparing').disabled).toBe(false);
  expect(container.textContent).toContain('4 of 14 rows are there; what was scored is kept.');
});
