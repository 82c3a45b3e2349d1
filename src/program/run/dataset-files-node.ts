/** The files of a data set on disk, by the paths that its splits are told from. */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { ByteRange } from '../../checkpoint/byte-ranges';
import type { ByteSource } from '../../checkpoint/byte-source';
import { fileSource } from '../../checkpoint/file-source-node';
import type { NamedBlob } from '../../checkpoint/types';
import { ConfigError } from '../../errors';
import { findDatasetFolder } from '../../modelpool/sources/find-folder-node';
import { folderFiles } from '../../modelpool/sources/folder-files-node';
import { TASKS_JSON } from '../../taskpool/images/tasks-json';
import { hasMagic } from '../../taskpool/sources/glob';
import type { DatasetFormat, PictureAt } from '../../taskpool/sources/types';
import type { DatasetSource } from '../config/program/types';
import { FORMATS, UNREAD } from './generic-dataset';
import type { Surroundings } from './surroundings';

export interface DatasetFiles {
  /** Undefined where the files themselves tell. */
  readonly format: DatasetFormat | undefined;
  readonly folder: string;
  /** By paths from `folder`, or by whole paths where patterns are given, which are whole as well. */
  readonly files: readonly NamedBlob[];
  readonly patterns: ReadonlyMap<string, readonly string[]> | undefined;
  /** `tasks.json` in the folder and beside it, nearest first. */
  readonly promptFiles: readonly NamedBlob[];
  readonly pictureAt: PictureAt;
  /** Of files that are not here as a whole the parts that are; undefined where all are whole. */
  readonly here?: ReadonlyMap<ByteSource, readonly ByteRange[]>;
}

/** @throws ConfigError where the data are not on this machine, or are named in a way that cannot be followed */
export async function findDatasetFiles(
  source: DatasetSource,
  surroundings: Surroundings,
): Promise<DatasetFiles> {
  const { path, dataDir, revision } = source;
  if (UNREAD.includes(path)) {
    throw new ConfigError(`${path} is not read here; imagefolder, parquet and webdataset are.`);
  }
  const format = FORMATS.includes(path) ? (path as DatasetFormat) : undefined;
  if (format && dataDir === undefined && source.dataFiles === undefined) {
    throw new ConfigError(`${path} needs data_dir, the folder of the data, or data_files.`);
  }
  if (!format && dataDir !== undefined && isAbsolute(dataDir)) {
    throw new ConfigError(`data_dir: ${dataDir} has to lie inside ${path}, and to begin there.`);
  }
  const root = format
    ? surroundings.cwd
    : (await findDatasetFolder(path, { ...surroundings, revision })).folder;
  const folder = resolve(root, dataDir ?? '.');
  await requireFolder(folder, dataDir === undefined ? path : `data_dir: ${dataDir}`);
  const patterns = wholePatterns(source.dataFiles, folder);
  return {
    format,
    folder,
    files: patterns ? await namedFiles(patterns) : await allFiles(folder),
    patterns,
    promptFiles: await promptFiles(folder),
    pictureAt: pictureFinder(folder, surroundings.cwd),
  };
}

/**
 * Pictures that a Parquet file names by paths: where `datasets` looks for them, which is from the working directory, and then
 * beside the file, where it would find none.
 */
export function pictureFinder(folder: string, cwd: string): PictureAt {
  return async (path, file) => {
    for (const place of [resolve(cwd, path), resolve(folder, dirname(file), path)]) {
      const found = await stat(place).catch(() => undefined);
      if (found?.isFile()) return fileSource(place);
    }
    return undefined;
  };
}

async function requireFolder(folder: string, what: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new ConfigError(`${what}: there is no folder ${folder}.`);
}

function allFiles(folder: string): Promise<NamedBlob[]> {
  return folderFiles(folder, { prefix: '', recursive: true, wanted: () => true });
}

/** Patterns by split, each a whole path with `/`; a list without splits is `train`. */
function wholePatterns(
  dataFiles: DatasetSource['dataFiles'],
  folder: string,
): DatasetFiles['patterns'] {
  if (dataFiles === undefined) return undefined;
  const whole = (pattern: string) => resolve(folder, pattern).split(sep).join('/');
  const bySplit: Iterable<readonly [string, readonly string[]]> = isList(dataFiles)
    ? [['train', dataFiles]]
    : dataFiles;
  return new Map([...bySplit].map(([split, list]) => [split, list.map(whole)]));
}

function isList(
  dataFiles: NonNullable<DatasetSource['dataFiles']>,
): dataFiles is readonly string[] {
  return Array.isArray(dataFiles);
}

/** What patterns can mean: each is looked for below the last folder that it names outright. */
async function namedFiles(patterns: ReadonlyMap<string, readonly string[]>): Promise<NamedBlob[]> {
  const files = new Map<string, NamedBlob>();
  for (const pattern of [...patterns.values()].flat()) {
    const steps = pattern.split('/');
    const magic = steps.findIndex(hasMagic);
    const folder = magic < 0 ? dirname(pattern) : steps.slice(0, magic).join('/') || '/';
    await requireFolder(folder, `data_files: ${pattern}`);
    const found = await folderFiles(folder, {
      prefix: folder.endsWith('/') ? folder : `${folder}/`,
      recursive: magic >= 0 && (magic < steps.length - 1 || pattern.includes('**')),
      wanted: (name) => magic >= 0 || name === basename(pattern),
    });
    for (const file of found) files.set(file.name, file);
  }
  return [...files.values()];
}

/** `tasks.json` in a folder and beside it, nearest first. */
export async function promptFiles(folder: string): Promise<NamedBlob[]> {
  const places = [folder, dirname(folder)].map((place) => join(place, TASKS_JSON));
  const files = await Promise.all(
    places.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? [{ name: path, blob: await fileSource(path) }] : [];
    }),
  );
  return files.flat();
}
