/** Where a run writes its report and its model. */

import { expandLogDir } from '../config/program/read-program';
import type { ProgramConfig } from '../config/program/types';
import { strftime } from '../hydra/interpolation/strftime';
import type { Composition } from '../hydra/run';
import type { ConfigTree } from '../hydra/values/node';
import { isCosineMethod } from '../relations/files';

/** Paths as the configuration means them, relative to where the program was started. */
export interface RunOutputs {
  /** What `{log_dir}` stands for. */
  readonly logDir: string;
  /** Null where no report is wanted. */
  readonly report: string | null;
  /** Null where the model is not saved. */
  readonly model: string | null;
  /** Null where no methods are compared, or their table is not wanted. */
  readonly comparison: string | null;
  /** The folder for tables of how the experts relate; null where there are none, or they are not wanted. */
  readonly relations: string | null;
  /** Null where predictions are not wanted. */
  readonly predictions: string | null;
}

/** The options that name them. */
export const OUTPUT_KEYS = {
  report: 'report_save_path',
  model: 'merged_model_save_path',
  comparison: 'compare.save_path',
  relations: 'relations.save_path',
  predictions: 'predictions_save_path',
} as const;

/** FusionBench's method for cosines names its own folder, in which then everything is. */
export function relationsKey({ method }: Pick<ProgramConfig, 'method'>): string {
  return isCosineMethod({ method }) ? 'method.output_path' : OUTPUT_KEYS.relations;
}

export interface RunNames {
  readonly configName: string;
  readonly now: Date;
  /** The run is one of a multirun. */
  readonly multirun: boolean;
}

/** Hydra's own places: nobody chose them. */
const UNCHOSEN = { run: 'outputs/%Y-%m-%d/%H-%M-%S', sweep: 'multirun/%Y-%m-%d/%H-%M-%S' };

/**
 * FusionBench writes no report where `report_save_path` is missing; here it goes to
 * `outputs/<configuration>/<date>/program_report.json`, so that a run never goes unrecorded. null or false switch it off.
 */
export function runOutputs(
  {
    program,
    method,
    compare,
    relations,
  }: Pick<ProgramConfig, 'program' | 'method' | 'compare' | 'relations'>,
  { config, run }: Pick<Composition, 'config' | 'run'>,
  names: RunNames,
): RunOutputs {
  const logDir = logFolder(config, run, names);
  const report = config.has('report_save_path')
    ? program.report_save_path
    : '{log_dir}/program_report.json';
  const model = program.merged_model_save_path;
  const comparison = compare?.savePath ?? null;
  const tables =
    method.target === 'TaskVectorCosSimilarity'
      ? (method.options.output_path ?? '{log_dir}')
      : (relations?.savePath ?? null);
  const predictions = program.predictions_save_path;
  return {
    logDir,
    report: report && expandLogDir(report, logDir),
    model: model && expandLogDir(model, logDir),
    comparison: comparison && expandLogDir(comparison, logDir),
    relations: tables && expandLogDir(tables, logDir),
    predictions: predictions && expandLogDir(predictions, logDir),
  };
}

function logFolder(
  config: ConfigTree,
  run: Composition['run'],
  { configName, now, multirun }: RunNames,
): string {
  const name = `${configName.replace(/\.yaml$/, '')}/${strftime(now, '%Y-%m-%d_%H-%M-%S')}`;
  if (multirun) {
    const chosen = run.sweepDir !== strftime(now, UNCHOSEN.sweep);
    return `${chosen ? run.sweepDir : `outputs/multirun/${name}`}/${run.sweepSubdir}`;
  }
  // FusionBench's logger writes there, whatever Hydra does.
  const path = config.get('path');
  const logDir = path instanceof Map ? path.get('log_dir') : undefined;
  if (typeof logDir === 'string') return logDir;
  return run.dir === strftime(now, UNCHOSEN.run) ? `outputs/${name}` : run.dir;
}
