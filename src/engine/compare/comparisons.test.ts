import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { fixtureFloats, fixtureJson } from '../../clip/testing';
import { refuseExperts } from '../../method/define';
import { ALL_METHODS } from '../../method/registry';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import { classifyLogits } from '../../taskpool/classify';
import type { ComparisonView, StudioState } from '../api';
import { taskSplit } from '../tasks/split';
import { fillStudio, openStudio, type TestStudio } from '../testing/drops';

/** Enough to stop in the middle of, and to go on with. */
const SOME = [
  'TaskArithmeticAlgorithm',
  'SimpleAverageAlgorithm',
  'TiesMergingAlgorithm',
  'MagMaxAlgorithm',
  'TaskSingularVectorMerging',
];

async function filled(name: string, compared?: readonly string[]): Promise<TestStudio> {
  const studio = await openStudio(name, loadWasmInNode, 0, compared);
  await fillStudio(studio);
  return studio;
}

const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

function shown({ comparison }: StudioState): ComparisonView {
  if (!comparison) throw new Error('nothing was compared');
  return comparison;
}

/** All of a row but the time that it took. */
const figures = ({ rows }: ComparisonView) => rows.map(({ seconds: _, ...row }) => row);

const MERGED_AGAIN = new Set([
  'TaskArithmeticAlgorithm',
  'MagMaxAlgorithm',
  'SimpleAverageAlgorithm',
]);

/** Of the pictures of each task that its half to report on has, those that the real experts get right together. */
function rightByMeanOfLogits(): number[] {
  const { tasks } = fixtureJson<{
    tasks: Record<string, { labels: number[] }>;
  }>('scoring/expected.json');
  const logits = ['outlines', 'surfaces'].map((name) =>
    fixtureFloats(`scoring/logits/${name}.bin`),
  );
  let begin = 0;
  return Object.values(tasks).map(({ labels }) => {
    const own = begin;
    begin += labels.length;
    const { reporting = [] } = taskSplit({ labels, split: 0.5 }) ?? {};
    const isRight = (row: number) => {
      const mean = Float64Array.from({ length: 5 }, (_, c) => {
        const at = 5 * (own + row) + c;
        return logits.reduce((sum, values) => sum + (values[at] ?? Number.NaN), 0) / 2;
      });
      return classifyLogits(mean, labels[row] ?? -1).prediction === labels[row];
    };
    return reporting.filter(isRight).length;
  });
}

describe('a comparison of methods', () => {
  it('has a row for every method that fits and for what it is held against', async () => {
    const studio = await filled('compared');
    await complete(studio);
    await studio.engine.compare('comparison');
    const view = shown(studio.state());
    expect(studio.state().jobs).toEqual([]);
    expect([view.phase, view.stopped, view.of]).toEqual(['done', false, view.rows.length]);
    // Nobody gave coefficients of every tensor.
    const fitting = ALL_METHODS.filter(
      (method) =>
        refuseExperts(method, 2) === null && method.name !== 'CLIPLayerWiseAdaMergingAlgorithm',
    );
    const accuracies = view.rows.map(({ reporting }) => reporting?.accuracy ?? Number.NaN);
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
    expect(view.rows.map(({ name }) => name).toSorted()).toEqual(
      [...fitting.map(({ name }) => name), 'pretrained', 'experts', 'ensemble'].toSorted(),
    );
    // No task was split: half of each is taken, for this alone.
    expect(view.halved).toEqual(['outlines', 'surfaces']);
    expect(studio.state().tasks.map(({ split }) => split)).toEqual([null, null]);
    for (const row of view.rows) {
      expect(row.failure, row.title).toBeNull();
      expect(row.reporting?.pictures).toBe(95);
      expect(row.tasks.map(({ task, pictures }) => [task, pictures])).toEqual([
        ['outlines', 20],
        ['surfaces', 75],
      ]);
      const method = ALL_METHODS.find(({ name }) => name === row.name);
      expect(row.choosing?.pictures).toBe(method && 95);
      expect(row.scalingFactor !== null).toBe(method?.kind === 'task vector');
      expect(row.tried > 0).toBe(method?.kind === 'task vector');
      expect(row.difference === null).toBe(row.name === 'TaskArithmeticAlgorithm');
    }
    const methods = view.rows.filter(({ choosing }) => choosing);
    const least = Math.min(...methods.map(({ choosing }) => choosing?.loss ?? Number.NaN));
    expect(methods.filter(({ chosen }) => chosen).map(({ choosing }) => choosing?.loss)).toEqual([
      least,
    ]);
    const report = JSON.parse(await (await studio.engine.exportReport()).file.text());
    const { comparison } = report.task_arithmetic_studio;
    expect(comparison.rows).toEqual(view.rows);
    expect(comparison.splits.outlines.return_split).toBe('train');
    const { name, file } = await studio.engine.exportComparison();
    const lines = (await file.text()).trimEnd().split('\r\n');
    expect(name).toBe('comparison.csv');
    expect(lines.length).toBe(1 + view.rows.length);
    expect(lines[0]).toMatch(/^model,title,scaling_factor,.*,outlines,surfaces$/);

    // What was on screen is resident again, and what it was stays.
    expect((await complete(studio)).method.name).toBe('TaskArithmeticAlgorithm');

    // The ensemble is the mean of the real experts' logits, on the pictures that a split of the task reports on.
    const ensemble = view.rows.find(({ kind }) => kind === 'ensemble');
    expect(ensemble?.tasks.map(({ correct }) => correct)).toEqual(rightByMeanOfLogits());

    // Merged and scored like any model, a row's figures are its own.
    await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
    for (const row of view.rows.filter(({ name }) => MERGED_AGAIN.has(name))) {
      const { merge } = studio.state();
      await studio.engine.setMerge({
        ...merge,
        method: { name: row.name, options: row.told },
        scalingFactor: row.scalingFactor ?? merge.scalingFactor,
      });
      const { scores } = await complete(studio);
      expect(scores.merged.average?.accuracy, row.title).toBeCloseTo(
        row.reporting?.accuracy ?? 0,
        12,
      );
      if (!row.difference) continue;
      const first = view.rows.find(({ name }) => name === 'TaskArithmeticAlgorithm');
      const baseline = first?.reporting?.accuracy ?? Number.NaN;
      expect(row.difference.difference).toBeCloseTo((row.reporting?.accuracy ?? 0) - baseline, 12);
    }
    const { scores } = studio.state();
    for (const [kind, column] of [
      ['pretrained', scores.pretrained],
      ['experts', scores.expert],
    ] as const) {
      const row = view.rows.find((each) => each.kind === kind);
      expect(column.average?.accuracy).toBeCloseTo(row?.reporting?.accuracy ?? 0, 12);
    }
  });

  it('keeps its rows when it is stopped, goes on where it was, and scores nothing twice', async () => {
    const studio = await filled('resumed', SOME);
    await complete(studio);
    const comparing = studio.engine.compare('comparison');
    const { jobs } = await studio.until(({ comparison }) => (comparison?.rows.length ?? 0) >= 4);
    expect(jobs.map(({ id, label }) => [id, label])).toEqual([['comparison', 'Comparing methods']]);
    await studio.engine.cancel('comparison');
    await comparing;
    const half = shown(studio.state());
    expect([half.phase, half.stopped]).toEqual(['done', true]);
    expect(half.rows.length).toBeLessThan(half.of);
    expect(half.rows.length).toBeGreaterThanOrEqual(4);

    await studio.engine.compare('comparison');
    const whole = shown(studio.state());
    expect(whole.stopped).toBe(false);
    const known = new Set(half.rows.map(({ name }) => name));
    const without = (view: ComparisonView) =>
      figures(view).flatMap((row) => (known.has(row.name) ? [{ ...row, chosen: false }] : []));
    expect(without(whole)).toEqual(without(half));
    await complete(studio);
    await studio.close();

    // A reload finds all of it in the library: the engine that computes is never asked for.
    const again = await openStudio(
      'resumed',
      () => Promise.reject(new Error('nothing is to be scored')),
      0,
      SOME,
    );
    await again.engine.compare('comparison');
    expect(figures(shown(again.state()))).toEqual(figures(whole));
    await again.close();
  });

  it('is stopped by whatever else is merged, and keeps its table for as long as the pool stands', async () => {
    const studio = await filled('left', SOME);
    const comparing = studio.engine.compare('comparison');
    await studio.until(({ comparison }) => (comparison?.rows.length ?? 0) >= 2);
    await studio.engine.setScalingFactor(0.42);
    await comparing;
    const view = shown(studio.state());
    expect(view.stopped).toBe(true);
    expect((await complete(studio)).scalingFactor).toBe(0.42);
    await studio.engine.setMethod('TiesMergingAlgorithm', { threshold: 35 });
    expect(shown(studio.state()).rows).toEqual(view.rows);
    await studio.engine.compare('comparison');
    // The method in use keeps its options.
    const ties = shown(studio.state()).rows.find(({ name }) => name === 'TiesMergingAlgorithm');
    expect(ties?.told).toEqual({ threshold: 35 });
    expect(ties?.options.threshold).toBe(35);
    const [, expert] = studio.state().pool.models;
    await studio.engine.editPool({ type: 'setWeight', id: expert?.id ?? '', weight: 0.5 });
    expect(studio.state().comparison).toBeNull();
  });

  it('says what it lacks, and goes on beside no search', async () => {
    const studio = await openStudio('empty-comparison', loadWasmInNode, 0);
    await expect(studio.engine.compare('comparison')).rejects.toThrow('nothing to compare yet');
    await expect(studio.engine.exportComparison()).rejects.toThrow('No methods have been compared');
    const full = await filled('one-at-a-time', SOME);
    await full.engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
    const comparing = full.engine.compare('comparison');
    await expect(full.engine.search('search', 'lambda')).rejects.toThrow(
      'A comparison goes on already. Stop it first.',
    );
    await full.engine.stop();
    await comparing;
    expect(full.state().scores.phase).toBe('stopped');
    expect(shown(full.state()).halved).toEqual([]);
    const searching = full.engine.search('search', 'lambda');
    await expect(full.engine.compare('comparison')).rejects.toThrow('A search goes on already.');
    await full.engine.cancel('search');
    await searching;
  });
});
