import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDemoResults } from './demo-results';
import { shownMeasured } from './measured-curve';
import { initialPageState } from './page-state';
import { aModel, aSnapshot, aTask } from './testing';
import type { StudioState } from './types';

const text = readFileSync(new URL('../../public/demo/results.json', import.meta.url), 'utf8');
const results = await readDemoResults(new Blob([text]));

describe('the demo’s results', () => {
  it('have the curve that was measured when it was made', () => {
    const written = JSON.parse(text) as { task_arithmetic: Record<string, { average: number }> };
    expect(results.points).toHaveLength(Object.keys(written.task_arithmetic).length);
    for (const { scalingFactor, accuracy } of results.points) {
      const key = scalingFactor.toFixed(1);
      expect(accuracy).toBe(written.task_arithmetic[key]?.average);
    }
    const best = results.points.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    expect(best.scalingFactor).toBeGreaterThan(0);
    expect(best.scalingFactor).toBeLessThan(1.5);
    expect(results.tasks).toEqual(results.experts);
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"experts": [], "task_arithmetic": {"x": {"average": 0.5, "tasks": {}}}}',
    '{"experts": [], "task_arithmetic": {"0.1": {"average": 2, "tasks": {}}}}',
  ])('are refused where they are %s', async (bad) => {
    await expect(readDemoResults(new Blob([bad]))).rejects.toThrow();
  });
});

describe('the measured curve', () => {
  const models = [
    aModel({ id: '0', name: '_pretrained_', role: 'base', origin: 'demo' }),
    ...results.experts.map((name) => aModel({ id: name, name, origin: 'demo' })),
  ];
  const tasks = results.tasks.map((name) => aTask({ id: name, name, origin: 'demo' }));
  const shown = (changes: Partial<StudioState> = {}) =>
    shownMeasured({
      ...initialPageState,
      demo: { sentence: '', loading: null, results },
      snapshot: aSnapshot({ pool: { models, findings: [], mergeable: true }, tasks, ...changes }),
    });
  const pool = (changed: StudioState['pool']['models']) => ({
    pool: { models: changed, findings: [], mergeable: true },
  });

  it('is shown of the demo as it comes', () => {
    expect(shown()).toBe(results.points);
  });

  it('is not shown of anything else', () => {
    const [base, first, ...others] = models;
    if (!base || !first) throw new Error('the demo has experts');
    const mine = aModel({ id: 'x', name: 'mine' });
    const { method } = aSnapshot();
    const states: Partial<StudioState>[] = [
      pool([base, ...others]),
      pool([base, { ...first, included: false }, ...others]),
      pool([base, { ...first, weight: 0.5 }, ...others]),
      pool([base, { ...first, name: 'renamed' }, ...others]),
      pool([...models, mine]),
      pool([{ ...base, origin: 'user' }, first, ...others]),
      pool([first, ...others]),
      { tasks: tasks.slice(1) },
      { tasks: [...tasks, aTask({ id: 'y', name: 'cars' })] },
      { method: { ...method, name: 'TiesMergingAlgorithm' } },
    ];
    expect(states.map(shown)).toEqual(states.map(() => null));
    expect(shown(pool([...models, { ...mine, included: false }]))).toBe(results.points);
    expect(shownMeasured(initialPageState)).toBeNull();
  });
});
