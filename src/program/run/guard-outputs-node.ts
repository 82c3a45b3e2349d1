/**
 * Outputs never take the place of anything else: what runs would write is looked at before the first of them computes. FusionBench
 * overwrites whatever is there, be it the base model of the very run.
 */
import type { Stats } from 'node:fs';
import { mkdtemp, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ConfigError } from '../../errors';
import { CSV_BEGINNING } from '../compare/csv';
import type { MergedModelAs, ProgramConfig } from '../config/program/types';
import { PREDICTIONS_BEGINNING } from '../predictions-csv';
import { relationFiles } from '../relations/files';
import { OWN_KEY } from '../report';
import { type InputPlace, inputPlaces, real } from './input-places-node';
import { OUTPUT_KEYS, type RunOutputs, relationsKey } from './outputs';
import { isEarlierModel, savedFileNames } from './saved-folder-node';
import type { Surroundings } from './surroundings';
import { systemReason } from './system-reason';

const {
  report: REPORT_KEY,
  model: MODEL_KEY,
  comparison: COMPARISON_KEY,
  predictions: PREDICTIONS_KEY,
} = OUTPUT_KEYS;

/** Longer than any report; what is longer was not written by this program. */
const MAX_REPORT_BYTES = 256 * 2 ** 20;

export interface GuardedRun {
  readonly program: ProgramConfig;
  readonly outputs: RunOutputs;
}

/**
 * @param besides - what else will be written, with the option that says so: only that it lies outside of what is read is seen to
 * @throws ConfigError where an output lies in what a run reads, would replace anything but an earlier result without
 *   `overwrite`, is no regular file, or cannot be written where it should be
 */
export async function guardOutputs(
  runs: readonly GuardedRun[],
  surroundings: Surroundings,
  besides: readonly (readonly [key: string, path: string])[] = [],
): Promise<void> {
  const places: InputPlace[] = [];
  for (const { program } of runs) places.push(...(await inputPlaces(program, surroundings)));
  for (const [key, path] of besides) await outsideInputs(key, path, places);
  for (const { program, outputs } of runs) {
    const { overwrite } = program.program;
    const path = (name: string | null) => name && resolve(surroundings.cwd, name);
    for (const [key, name] of [
      [REPORT_KEY, outputs.report],
      [MODEL_KEY, outputs.model],
      [COMPARISON_KEY, outputs.comparison],
      [relationsKey(program), outputs.relations],
      [PREDICTIONS_KEY, outputs.predictions],
    ]) {
      if (name?.includes('\0')) throw new ConfigError(`${key}: no name of a file has a NUL in it.`);
    }
    const report = program.taskpool ? path(outputs.report) : null;
    const model = path(outputs.model);
    const ownNames = savedFileNames(program.program.merged_model_as);
    if (report && model && ownNames.some((name) => join(model, name) === report)) {
      throw new ConfigError(
        `${REPORT_KEY}: ${report} is a file of the merged model itself. Give the report another name.`,
      );
    }
    if (report) {
      await outsideInputs(REPORT_KEY, report, places);
      await guardReport(report, overwrite);
      await canMakeFiles(REPORT_KEY, dirname(report));
    }
    const tables = [
      [COMPARISON_KEY, program.compare ? outputs.comparison : null, CSV_BEGINNING, 'file'],
      ...relationFiles(program).map(
        ({ name, beginning }) =>
          [
            relationsKey(program),
            outputs.relations && join(outputs.relations, name),
            beginning,
            'folder',
          ] as const,
      ),
      [
        PREDICTIONS_KEY,
        program.taskpool ? outputs.predictions : null,
        PREDICTIONS_BEGINNING,
        'file',
      ],
    ] as const;
    for (const [key, name, beginning, chosen] of tables) {
      const table = path(name);
      if (!table) continue;
      await outsideInputs(key, table, places);
      await guardTable(key, table, beginning, chosen, overwrite);
      await canMakeFiles(key, dirname(table));
    }
    if (model) {
      for (const name of ownNames) await outsideInputs(MODEL_KEY, join(model, name), places);
      const beside = [report, ...tables.map(([, name]) => path(name))].flatMap((file) =>
        file && dirname(file) === model ? [basename(file)] : [],
      );
      await guardModelFolder(model, program.program.merged_model_as, beside, overwrite);
      await canMakeFiles(MODEL_KEY, model);
    }
  }
}

async function outsideInputs(
  key: string,
  path: string,
  places: readonly InputPlace[],
): Promise<void> {
  const target = await real(path);
  for (const place of places) {
    const folder = place.path.endsWith(sep) ? place.path : place.path + sep;
    if (target !== place.path && !target.startsWith(folder)) continue;
    throw new ConfigError(
      `${key}: ${path} lies in ${place.path}, which this run reads (${place.key}). Nothing is written among what is read; name another place.`,
    );
  }
}

async function guardReport(path: string, overwrite: boolean): Promise<void> {
  const found = await whatIs(path);
  if (!found) return;
  requireRegular(REPORT_KEY, path, found);
  if (overwrite || (await isEarlierReport(path, found))) return;
  throw new ConfigError(
    `${REPORT_KEY}: ${path} is there already, and is no report of this program. Name another file, or replace it with +overwrite=true.`,
  );
}

async function guardTable(
  key: string,
  path: string,
  beginning: string,
  chosen: 'file' | 'folder',
  overwrite: boolean,
): Promise<void> {
  const found = await whatIs(path);
  if (!found) return;
  requireRegular(key, path, found);
  if (overwrite || (await readFile(path, 'utf8')).startsWith(beginning)) return;
  throw new ConfigError(
    `${key}: ${path} is there already, and is no table of this program. Name another ${chosen}, or replace it with +overwrite=true.`,
  );
}

async function guardModelFolder(
  folder: string,
  as: MergedModelAs | undefined,
  beside: readonly string[],
  overwrite: boolean,
): Promise<void> {
  const own = savedFileNames(as);
  const found = await whatIs(folder);
  if (!found) return;
  if (!found.isDirectory()) {
    throw new ConfigError(
      `${MODEL_KEY}: ${folder} is no folder. The merged model is saved as a folder; name another.`,
    );
  }
  const names = await readdir(folder);
  for (const name of own) {
    const file = names.includes(name) && (await whatIs(join(folder, name)));
    if (file) requireRegular(MODEL_KEY, join(folder, name), file);
  }
  if (overwrite || names.length === 0) return;
  const foreign = names.filter((name) => !own.includes(name) && !beside.includes(name));
  const [first] = foreign;
  if (first === undefined && (await isEarlierModel(folder, as))) return;
  const what =
    first === undefined
      ? 'a model that this program did not write'
      : `${first}${foreign.length > 1 ? ` and ${foreign.length - 1} more` : ''}`;
  throw new ConfigError(
    `${MODEL_KEY}: ${folder} holds ${what}. Name another folder, or write into it with +overwrite=true.`,
  );
}

function requireRegular(key: string, path: string, found: Stats): void {
  if (found.isFile()) return;
  const kind = found.isDirectory() ? 'a folder' : 'no regular file';
  throw new ConfigError(`${key}: ${path} is ${kind}; only files are replaced. Name another place.`);
}

/** Makes a folder and takes it away again, which is the only answer that holds for every kind of disk. */
async function canMakeFiles(key: string, folder: string): Promise<void> {
  let above = folder;
  for (let found = await whatIs(above); !found; found = await whatIs(above)) above = dirname(above);
  try {
    await rmdir(await mkdtemp(join(above, '.studio-')));
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    throw new ConfigError(
      `${key}: nothing can be written to ${folder}: ${reason}. Name another place.`,
      { cause },
    );
  }
}

async function isEarlierReport(path: string, { size }: Stats): Promise<boolean> {
  if (size > MAX_REPORT_BYTES) return false;
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null && Object.hasOwn(value, OWN_KEY);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Links are followed. */
async function whatIs(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
