import { describe, expect, it } from 'vitest';
import { NOTHING_SHOWN, shownMerged } from './held';
import { aScore, aSnapshot, aTask, emptyBoard } from './testing';
import type { AverageScore, ScoreBoard, ScoreChanges, ScoreColumn, StudioState } from './types';

const average = (accuracy: number, tasks: number): AverageScore => ({
  accuracy,
  interval: [accuracy - 0.1, accuracy + 0.1],
  tasks,
  complete: false,
});
const tasks = [aTask({ id: 'a' }), aTask({ id: 'b' })];
const pool = { models: [], findings: [], mergeable: true };
const full: ScoreColumn = {
  tasks: { a: aScore('a', 252, 400), b: aScore('b', 300, 400) },
  average: average(0.69, 2),
};
const change = (accuracy: number) => ({ accuracy, pictures: 400, complete: true });
/** By a tenth for every task of the column. */
const changesOf = (column: ScoreColumn): ScoreChanges => ({
  tasks: Object.fromEntries(Object.keys(column.tasks).map((id) => [id, change(0.1)])),
  average: column.average && change(column.average.accuracy),
});
const board = (merged: ScoreColumn, phase: ScoreBoard['phase'] = 'scoring'): StudioState =>
  aSnapshot({
    tasks,
    pool,
    scores: { ...emptyBoard, merged, change: changesOf(merged), phase },
  });
const known = shownMerged(NOTHING_SHOWN, board(full, 'complete'));

describe('the merged figures that are shown', () => {
  it('are the newest where there are some, and none where there never were', () => {
    expect(known).toEqual({
      column: full,
      change: changesOf(full),
      heldTasks: [],
      averageHeld: false,
    });
    expect(shownMerged(NOTHING_SHOWN, board(emptyBoard.merged)).column).toEqual(emptyBoard.merged);
  });

  it('stay until those of a new factor come, task by task', () => {
    const moved = shownMerged(known, board(emptyBoard.merged));
    expect(moved).toEqual({
      column: full,
      change: changesOf(full),
      heldTasks: ['a', 'b'],
      averageHeld: true,
    });
    const first = { tasks: { a: aScore('a', 10, 64, 400) }, average: average(0.16, 1) };
    const begun = shownMerged(moved, board(first));
    expect(begun.column.tasks.a).toEqual(first.tasks.a);
    expect(begun.column.tasks.b).toEqual(full.tasks.b);
    expect(begun).toMatchObject({ heldTasks: ['b'], averageHeld: true });
    expect(begun.column.average).toEqual(full.average);
    expect(begun.change).toEqual({ tasks: changesOf(full).tasks, average: change(0.69) });
    const both = {
      tasks: { ...first.tasks, b: aScore('b', 20, 64, 400) },
      average: average(0.2, 2),
    };
    expect(shownMerged(begun, board(both))).toEqual({
      column: both,
      change: changesOf(both),
      heldTasks: [],
      averageHeld: false,
    });
  });

  it('stay when scoring is stopped before the first of them', () => {
    expect(shownMerged(known, board(emptyBoard.merged, 'stopped')).heldTasks).toEqual(['a', 'b']);
  });

  it.each(['idle', 'complete', 'failed'] as const)('go where none are to come: %s', (phase) => {
    expect(shownMerged(known, board(emptyBoard.merged, phase))).toEqual(NOTHING_SHOWN);
  });

  it('go where nothing can be merged any more, and with their task', () => {
    const nothing = { ...board(emptyBoard.merged), pool: { ...pool, mergeable: false } };
    expect(shownMerged(known, nothing)).toEqual(NOTHING_SHOWN);
    const without = { ...board(emptyBoard.merged), tasks: tasks.slice(1) };
    expect(Object.keys(shownMerged(known, without).column.tasks)).toEqual(['b']);
    const out = tasks.map((task) => ({ ...task, included: false }));
    expect(shownMerged(known, { ...board(emptyBoard.merged), tasks: out })).toEqual(NOTHING_SHOWN);
  });

  it('let an average over fewer tasks in where one is gone', () => {
    const left = { tasks: { b: aScore('b', 20, 64, 400) }, average: average(0.31, 1) };
    const without = { ...board(left), tasks: tasks.slice(1) };
    expect(shownMerged(known, without).column.average).toEqual(left.average);
  });
});
