/** What a run reads: the folders and files of its models and data, by their real paths. */
import { realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { ConfigError } from '../../errors';
import { type FoundFolder, findDatasetPlace } from '../../modelpool/sources/find-folder-node';
import { hasMagic } from '../../taskpool/sources/glob';
import { filesOfOptions } from '../config/methods/index';
import type { DatasetSource, ProgramConfig } from '../config/program/types';
import { excerptsOf } from './excerpts/find-excerpts-node';
import { findWholeDataset } from './find-dataset-node';
import { findPretrained } from './find-models-node';
import { isGenericDataset } from './generic-dataset';
import { partsOf } from './parts';
import type { Surroundings } from './surroundings';

export interface InputPlace {
  /** The place of the configuration that names it. */
  readonly key: string;
  /** A folder, whole, or a file. */
  readonly path: string;
}

/** What cannot be found is left out: whoever opens it says so. */
export async function inputPlaces(
  config: ProgramConfig,
  surroundings: Surroundings,
): Promise<InputPlace[]> {
  const places: InputPlace[] = [];
  const add = async (key: string, paths: Promise<readonly string[]>) => {
    for (const path of await orNothing(paths)) places.push({ key, path: await real(path) });
  };
  for (const [name, file] of filesOfOptions(config.method)) {
    places.push({ key: `method.${name}`, path: await real(resolve(surroundings.cwd, file)) });
  }
  for (const part of partsOf(config)) {
    const { path } = part;
    if (part.kind === 'dataset') await add(path, dataFolders(part.source, surroundings));
    else {
      const found = findPretrained(path, part.source, surroundings, part.role !== 'processor');
      await add(path, found.then(pathsOf));
    }
  }
  return places;
}

/** The files besides their folder: in the Hugging Face cache they are links to another one. */
function pathsOf({ folder, files }: FoundFolder): string[] {
  return [folder, ...files.map(({ name }) => join(folder, name))];
}

async function dataFolders(source: DatasetSource, surroundings: Surroundings): Promise<string[]> {
  const { path, dataDir, dataFiles, revision } = source;
  const excerpts = await excerptsOf(source, surroundings);
  if (excerpts && !(await findWholeDataset(source, surroundings))) {
    return [excerpts.folder.commitPath(excerpts.commit)];
  }
  const root = isGenericDataset(path)
    ? surroundings.cwd
    : (await findDatasetPlace(path, { ...surroundings, revision })).folder;
  const folder = resolve(root, dataDir ?? '.');
  if (dataFiles === undefined) return [folder];
  const patterns = dataFiles instanceof Map ? [...dataFiles.values()].flat() : [...dataFiles];
  return patterns.map((pattern) => fixedPart(resolve(folder, pattern)));
}

/** A file that is named outright, or the folder below which a pattern looks. */
function fixedPart(pattern: string): string {
  const steps = pattern.split(sep);
  const magic = steps.findIndex(hasMagic);
  return magic < 0 ? pattern : steps.slice(0, magic).join(sep) || sep;
}

async function orNothing(paths: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await paths;
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** The path that it has when every link on its way is followed; of what is not there yet, as far as there is something. */
export async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await real(above), path.slice(above.length));
  }
}
