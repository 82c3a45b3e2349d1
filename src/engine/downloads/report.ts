/** "Download report": FusionBench's report and our additions, for exactly what is on screen. */
import { CompatibilityError } from '../../errors';
import { mergedNames } from '../../modelpool/judge';
import { comparisonCsv } from '../../program/compare/csv';
import type { RelationsReport } from '../../program/relations/relations';
import {
  type ComparisonReport,
  namedClassification,
  type PinReport,
  programReport,
  type SearchReport,
  type TaskResult,
} from '../../program/report';
import type { Classification } from '../../taskpool/classification';
import type { ComparedModel, ExportedFile, HalfScore, ScoreColumn, StudioState } from '../api';
import { mergeInputs } from '../scoring/readiness';
import { splitArguments } from '../tasks/split';
import type { EngineValue } from '../value';
import { recipeOf } from './recipe';

/**
 * @param snapshot - what is shown of `value`
 * @param figuresOf - what else is known of the scores that are shown
 * @param pins - how what was pinned compares with it
 * @param relations - of the experts, where they were compared
 */
export function exportReport(
  value: EngineValue,
  snapshot: StudioState,
  version: string,
  figuresOf: (taskId: string, model: ComparedModel) => Classification | null,
  pins: readonly PinReport[],
  relations?: RelationsReport | undefined,
): ExportedFile {
  const inputs = mergeInputs(value.pool, value.tasks, value.method, value.layers);
  const { merged, pretrained, expert } = snapshot.scores;
  if (!inputs || Object.keys(merged.tasks).length === 0) {
    throw new CompatibilityError(
      'There is no score to report yet: add a base, an expert and task images.',
    );
  }
  const { model } = inputs.base;
  const parameters = mergedNames(model)
    .flatMap((name) => model.visionTensors.get(name) ?? [])
    .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const { active, adapter } = snapshot.engine;
  const report = programReport({
    recipe: recipeOf(value, ({ facts }) => facts.sha256 ?? null, version),
    parameters,
    merged: results(merged, snapshot, (id) => figuresOf(id, 'merged')),
    pretrained: results(pretrained, snapshot, (id) => figuresOf(id, 'pretrained')),
    expert: results(expert, snapshot, (id) => figuresOf(id, 'expert')),
    engine: adapter ? `${active} (${adapter})` : (active ?? 'none'),
    search: searchReport(snapshot),
    comparison: comparisonReport(snapshot),
    pins,
    relations,
  });
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return { name: 'program_report.json', file: new Blob([text], { type: 'application/json' }) };
}

function results(
  column: ScoreColumn,
  { tasks }: StudioState,
  figuresOf: (taskId: string) => Classification | null,
): TaskResult[] {
  return tasks.flatMap(({ id, name, classnames, unreadable }) => {
    const score = column.tasks[id];
    const figures = figuresOf(id);
    if (!score || !figures) return [];
    return [
      {
        task: name,
        n: score.scored,
        correct: score.correct,
        ...(score.scored < score.total ? { available: score.total } : {}),
        accuracy: score.accuracy,
        interval: score.interval,
        loss: score.loss,
        sampleLoss: score.sampleLoss,
        perClass: score.perClass.map(({ scored, correct }, i) => ({
          classname: classnames[i] ?? '',
          n: scored,
          correct,
        })),
        classification: namedClassification(figures, classnames),
        ...(score.choosing && { choosing: choosing(score.choosing) }),
        ...(unreadable.length > 0 ? { unreadable } : {}),
      },
    ];
  });
}

function choosing({ scored, correct, accuracy, interval }: HalfScore): TaskResult['choosing'] {
  return { n: scored, correct, accuracy, interval };
}

/** What there is of a comparison, for what stands. */
function comparisonReport({ comparison }: StudioState): ComparisonReport | undefined {
  if (!comparison || comparison.rows.length === 0) return undefined;
  const { rows, splits, stopped, phase } = comparison;
  return { rows, splits, stopped: stopped || phase === 'comparing' };
}

/** The rows of the comparison on screen as a table. */
export function exportComparison({ comparison }: StudioState): ExportedFile {
  if (!comparison || comparison.rows.length === 0) {
    throw new CompatibilityError('No methods have been compared yet.');
  }
  const file = new Blob([comparisonCsv(comparison.rows)], { type: 'text/csv' });
  return { name: 'comparison.csv', file };
}

/** What was found and stands, once both halves are scored. */
function searchReport({ search, tasks }: StudioState): SearchReport | undefined {
  if (!search?.outcome || !search.best) return undefined;
  const { name, before, best, values, outcome } = search;
  const splits = tasks.flatMap(({ name: task, included, split }) =>
    included && split ? [[task, splitArguments(split)] as const] : [],
  );
  return { name, before, best, values, ...outcome, splits: Object.fromEntries(splits) };
}
