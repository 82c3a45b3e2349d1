/** The two downloads: the merged model and the report, for exactly what is on screen. */

import { CompatibilityError } from '../errors';
import { mergedNames } from '../modelpool/judge';
import { programReport, type Recipe, type RecipeModel, type TaskResult } from '../program/report';
import type { Library } from '../storage/types';
import type { ExportedFile, ExportOptions, ScoreColumn, StudioState } from './api';
import { planExport } from './export-model';
import { hashModel } from './hasher';
import type { Job } from './jobs';
import { type MethodState, methodInForce } from './method-state';
import type { ShelvedModel } from './model-shelf';
import { includedExperts, type PoolState } from './pool-state';
import type { Workspace } from './scoring/workspace';
import { mergeInputs } from './scoring-inputs';
import type { ShelvedTask } from './task-shelf';

export interface ExportContext {
  readonly library: Library;
  readonly version: string;
  readonly pool: PoolState;
  readonly shelf: ReadonlyMap<string, ShelvedModel>;
  readonly tasks: readonly ShelvedTask[];
  readonly method: MethodState;
  readonly scalingFactor: number;
  readonly workspace: Workspace | null;
  readonly snapshot: StudioState;
}

/** Writes the merged model to a disk-backed file. Rejects with CompatibilityError where nothing can be merged. */
export async function exportModel(
  context: ExportContext,
  options: ExportOptions,
  job: Job,
): Promise<ExportedFile> {
  const { library, pool, shelf, tasks, method, scalingFactor, workspace } = context;
  const inputs = mergeInputs(pool, shelf, tasks, method);
  const base = pool.baseId === null ? undefined : shelf.get(pool.baseId);
  const { refusal } = methodInForce(method, includedExperts(pool).length);
  if (refusal !== null) throw new CompatibilityError(refusal);
  if (!inputs || !base || inputs.experts.length === 0) {
    throw new CompatibilityError(
      'There is nothing to merge: the pool needs a base and an expert that fits it.',
    );
  }
  if (options.content === 'clip' && !inputs.pretrained.text) {
    throw new CompatibilityError(
      `${base.entry.name} is a vision tower alone; only "vision tower" can be downloaded from it.`,
    );
  }
  const recipe = await recipeOf(context, job);
  const planned = planExport(workspace, inputs, scalingFactor, recipe, base.files, options);
  const scratch = await library.scratchFile(planned.name, planned.chunks(), {
    signal: job.signal,
    size: planned.size,
    onProgress: (bytes) =>
      job.report('Writing the merged model', planned.size ? bytes / planned.size : null),
  });
  return { name: planned.name, file: scratch.file };
}

/** FusionBench's report and our additions, from the scores of the snapshot. */
export async function exportReport(context: ExportContext): Promise<ExportedFile> {
  const { snapshot, pool, shelf, tasks, method } = context;
  const inputs = mergeInputs(pool, shelf, tasks, method);
  const { merged, pretrained, expert } = snapshot.scores;
  if (!inputs || Object.keys(merged.tasks).length === 0) {
    throw new CompatibilityError(
      'There is no score to report yet: add a base, an expert and task images.',
    );
  }
  const parameters = mergedNames(inputs.pretrained)
    .flatMap((name) => inputs.pretrained.visionTensors.get(name) ?? [])
    .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const { active, adapter } = snapshot.engine;
  const report = programReport({
    recipe: await recipeOf(context),
    parameters,
    merged: results(merged, snapshot),
    pretrained: results(pretrained, snapshot),
    expert: results(expert, snapshot),
    engine: adapter ? `${active} (${adapter})` : (active ?? 'none'),
  });
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return { name: 'program_report.json', file: new Blob([text], { type: 'application/json' }) };
}

/** The recipe; with a job, SHA-256 sums that are not known yet are computed and remembered. */
async function recipeOf(context: ExportContext, job?: Job): Promise<Recipe> {
  const { pool, shelf, scalingFactor, version, library } = context;
  const describe = async (id: string, weight: number): Promise<RecipeModel> => {
    const shelved = shelf.get(id);
    if (!shelved) throw new CompatibilityError('A model of the pool is no longer in the library.');
    let sha256 = shelved.sha256 ?? null;
    if (sha256 === null && job) {
      sha256 = await hashModel(library, shelved, job.signal, (done, total) =>
        job.report(`SHA-256 of ${shelved.entry.name}`, done / total),
      );
    }
    return { name: shelved.entry.name, weight, sha256 };
  };
  const experts: RecipeModel[] = [];
  for (const { id, weight } of includedExperts(pool)) experts.push(await describe(id, weight));
  const { method, options } = methodInForce(context.method, experts.length);
  return {
    method: method.name,
    options,
    scalingFactor: method.kind === 'task vector' ? scalingFactor : null,
    pretrained: await describe(pool.baseId ?? '', 1),
    experts,
    programVersion: version,
  };
}

function results(column: ScoreColumn, { tasks }: StudioState): TaskResult[] {
  return tasks.flatMap(({ id, name, classnames }) => {
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
      },
    ];
  });
}
