/**
 * A composed configuration as a checked program. Where FusionBench passes over a wrong name with a line in its log, or fails
 * after an hour, this says at once what is wrong and what is meant.
 */
import * as v from 'valibot';
import { ConfigError } from '../../../errors';
import { readLoneFile } from '../../hydra/lone-file';
import type { ConfigTree } from '../../hydra/values/node';
import { compareProblems, readCompare } from './compare';
import { layersProblems, readLayers } from './layers';
import { methodProblems, readMethod } from './method';
import { readModelPool } from './modelpool';
import { isTree, type Reading, readSection, throwProblems } from './reading';
import { readRelations, relationsProblems } from './relations';
import { readSavedAs, savedAsOptions } from './saved-as';
import { elsewhere, flag, ignored, oneOf, orNull, text, wholeNumber } from './schemas';
import { readSearch, searchProblems } from './search';
import { readTarget } from './targets';
import { readTaskPool } from './taskpool';
import { ENGINE_NAMES, type ProgramConfig, type ProgramOptions } from './types';

const PROGRAMS = [
  { name: 'FabricModelFusionProgram', module: 'fusion_bench.programs.fabric_fusion_program' },
  { name: 'ModelFusionProgram', module: 'fusion_bench.programs.fusion_program' },
] as const;

const programOptions = {
  method: elsewhere,
  modelpool: elsewhere,
  taskpool: elsewhere,
  search: elsewhere,
  compare: elsewhere,
  layers: elsewhere,
  relations: elsewhere,
  merged_model_save_path: orNull(text),
  merged_model_save_kwargs: v.optional(v.unknown()),
  ...savedAsOptions,
  // FusionBench's manual switches the report off with false.
  report_save_path: v.optional(
    v.nullable(
      v.union(
        [text, v.literal(false)],
        'the path of a file or null is expected, {log_dir} standing for the folder of the run.',
      ),
    ),
    null,
  ),
  predictions_save_path: orNull(text),
  overwrite: v.optional(flag, false),
  engine: v.optional(oneOf(ENGINE_NAMES), 'auto'),
  seed: orNull(wholeNumber),
  fast_dev_run: v.optional(flag, false),
  dry_run: v.optional(flag, false),
  print_config: v.optional(flag, true),
  print_function_call: v.optional(flag, true),
  // Lightning Fabric, and folders that other values refer to.
  fabric: ignored,
  path: elsewhere,
};

export interface CheckedProgram {
  readonly program: ProgramConfig;
  /** Paths of options that were given and change nothing here: devices, loggers, workers. */
  readonly withoutEffect: readonly string[];
}

/**
 * Checks a composed configuration.
 * @param referenced - paths that interpolations refer to (`Composition.referenced`): their keys are used, known or not
 * @throws ConfigError with every problem, a line each: its path, what is wrong, and the nearest right name
 */
export function checkProgram(config: ConfigTree, referenced: ReadonlySet<string>): CheckedProgram {
  const reading: Reading = { problems: [], referenced, withoutEffect: [] };
  if (config.has('_target_')) readTarget(reading, config, '', PROGRAMS, 'a program');
  const program = readOptions(reading, config);
  const method = readMethod(reading, config.get('method'));
  const modelpool = readModelPool(reading, config.get('modelpool'));
  const taskpool = readTaskPool(reading, config.get('taskpool') ?? null);
  const search = readSearch(reading, config.get('search'));
  const compare = readCompare(reading, config.get('compare'));
  const layers = readLayers(reading, config.get('layers'));
  const relations = readRelations(reading, config.get('relations'));
  if (method && modelpool && reading.problems.length === 0) {
    reading.problems.push(...methodProblems(method, modelpool));
    if (search) reading.problems.push(...searchProblems(search, method, taskpool ?? null));
    if (compare) {
      reading.problems.push(
        ...compareProblems(compare, search ?? null, modelpool, taskpool ?? null),
      );
    }
    if (layers) reading.problems.push(...layersProblems(method));
    if (relations) reading.problems.push(...relationsProblems(modelpool));
  }
  throwProblems(reading);
  const own = [search, compare, layers, relations];
  if (program && method && modelpool && taskpool !== undefined && !own.includes(undefined)) {
    const { withoutEffect } = reading;
    const read = {
      program,
      method,
      modelpool,
      taskpool,
      ...(search && { search }),
      ...(compare && { compare }),
      ...(layers && { layers }),
      ...(relations && { relations }),
    };
    return { program: read, withoutEffect };
  }
  throw new ConfigError('The configuration could not be read.');
}

/** The program alone; see `checkProgram`. */
export function readProgram(
  config: ConfigTree,
  referenced: ReadonlySet<string> = new Set(),
): ProgramConfig {
  return checkProgram(config, referenced).program;
}

/**
 * Reads one YAML file without a defaults list: the tutorial's, or one that `writeConfig` made.
 * @param file - name for messages
 * @throws ConfigError as `readProgram`, and where the file needs others beside it
 */
export function readConfig(
  text: string,
  file = 'config.yaml',
  env: Readonly<Record<string, string | undefined>> = {},
): ProgramConfig {
  const { config, referenced } = readLoneFile(text, file, env);
  return readProgram(config, referenced);
}

function readOptions(reading: Reading, config: ConfigTree): ProgramOptions | undefined {
  const read = readSection(reading, config, '', programOptions, 'the program');
  const kwargs = config.get('merged_model_save_kwargs') ?? null;
  if (kwargs !== null && !(isTree(kwargs) && kwargs.size === 0)) {
    reading.problems.push(
      'merged_model_save_kwargs: saving a CLIPVisionModelPool takes no options (FusionBench fails on them). Set it to null.',
    );
  }
  if (!read) return undefined;
  const savedAs = readSavedAs(reading, read);
  return {
    merged_model_save_path: read.merged_model_save_path,
    ...(savedAs && { merged_model_as: savedAs }),
    report_save_path: read.report_save_path === false ? null : read.report_save_path,
    predictions_save_path: read.predictions_save_path,
    overwrite: read.overwrite,
    engine: read.engine,
    seed: read.seed,
    fast_dev_run: read.fast_dev_run,
    dry_run: read.dry_run,
    print_config: read.print_config,
    print_function_call: read.print_function_call,
  };
}

/** A path of the program's options with the folder of the run in it. */
export function expandLogDir(path: string, logDir: string): string {
  return path.replaceAll('{log_dir}', () => logDir);
}
