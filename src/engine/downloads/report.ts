/** "Download report": FusionBench's report and our additions, for exactly what is on screen. */
import { CompatibilityError } from '../../errors';
import { mergedNames } from '../../modelpool/judge';
import { programReport, type TaskResult } from '../../program/report';
import type { ExportedFile, ScoreColumn, StudioState } from '../api';
import { mergeInputs } from '../scoring/readiness';
import type { EngineValue } from '../value';
import { recipeOf } from './recipe';

/** @param snapshot - what is shown of `value` */
export function exportReport(
  value: EngineValue,
  snapshot: StudioState,
  version: string,
): ExportedFile {
  const inputs = mergeInputs(value.pool, value.method);
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
    merged: results(merged, snapshot),
    pretrained: results(pretrained, snapshot),
    expert: results(expert, snapshot),
    engine: adapter ? `${active} (${adapter})` : (active ?? 'none'),
  });
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return { name: 'program_report.json', file: new Blob([text], { type: 'application/json' }) };
}

function results(column: ScoreColumn, { tasks }: StudioState): TaskResult[] {
  return tasks.flatMap(({ id, name, classnames, unreadable }) => {
    const score = column.tasks[id];
    if (!score) return [];
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
        ...(unreadable.length > 0 ? { unreadable } : {}),
      },
    ];
  });
}
