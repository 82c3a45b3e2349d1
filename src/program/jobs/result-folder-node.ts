/** The folder beside a plan with a file for each job that has ended. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { writeFileWhole } from '../run/write-file-node';
import {
  type JobResult,
  readResult,
  resultText,
  sha256,
  type WrittenFile,
} from './result-text-node';

/** What there is of a job. */
export type JobState =
  | { readonly state: 'done'; readonly result: JobResult }
  | { readonly state: 'missing' }
  /** `why`: a sentence. */
  | { readonly state: 'failed' | 'damaged'; readonly why: string };

export interface ResultFolder {
  /** Its path. */
  readonly path: string;
  /** Where the result of a job is, or would be. */
  pathOf(key: string): string;
  stateOf(key: string): Promise<JobState>;
  /** @throws StorageError where it cannot be written */
  put(key: string, result: JobResult, signal: AbortSignal): Promise<void>;
  /** Notes why a job failed, where that can be noted: whoever collects tells it. */
  fail(key: string, why: string): Promise<void>;
  /** Names of files in it that are none of its own. */
  foreign(): Promise<string[]>;
}

/** What stands in the folder besides results. */
export const COLLECTED = { table: 'table.csv', report: 'report.json' } as const;

/** Larger files are known by their size. */
const HASHED_BYTES = 2 ** 22;

/** `jobs.json` has its results in `jobs.results`. */
export function resultFolderOf(plan: string): string {
  return join(dirname(plan), `${basename(plan).replace(/\.json$/, '')}.results`);
}

/**
 * @param plan - path of the plan
 * @param folder - where relative paths of what jobs have written begin
 */
export function resultFolder(plan: string, folder: string): ResultFolder {
  const path = resultFolderOf(plan);
  const pathOf = (key: string) => join(path, `${key}.jsonl`);
  const failurePath = (key: string) => join(path, `${key}.error.txt`);
  return {
    path,
    pathOf,
    async stateOf(key) {
      const text = await textAt(pathOf(key));
      if (text === null) {
        const why = await textAt(failurePath(key));
        return why === null ? { state: 'missing' } : { state: 'failed', why: why.trim() };
      }
      const result = readResult(key, text);
      if (!result) {
        return { state: 'damaged', why: `Its result ${pathOf(key)} is not as it was written.` };
      }
      for (const file of result.written) {
        const why = await changed(file, folder);
        if (why !== null) return { state: 'damaged', why };
      }
      return { state: 'done', result };
    },
    async put(key, result, signal) {
      await writeFileWhole(
        pathOf(key),
        [new TextEncoder().encode(resultText(key, result))],
        signal,
      );
      await rm(failurePath(key), { force: true });
    },
    async fail(key, why) {
      const bytes = new TextEncoder().encode(`${why}\n`);
      await writeFileWhole(failurePath(key), [bytes]).catch(() => undefined);
    },
    async foreign() {
      const names = await readdir(path).catch(() => []);
      const own = /^(?:[\da-f]{64}\.(?:jsonl|error\.txt)|\..*\.partial)$/;
      const collected: readonly string[] = Object.values(COLLECTED);
      return names.filter((name) => !own.test(name) && !collected.includes(name));
    },
  };
}

/** Null where there is no such file. */
async function textAt(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * What a job has written, so that it can be told later whether it is still that.
 * @param paths - of files and folders, those that are null left out
 * @param folder - where paths are to begin
 */
export async function writtenFiles(
  paths: readonly (string | null)[],
  folder: string,
): Promise<WrittenFile[]> {
  const files: WrittenFile[] = [];
  for (const path of paths) {
    if (path === null) continue;
    for (const file of await filesAt(path)) {
      const { size } = await stat(file);
      files.push({
        path: relative(folder, file).split(sep).join('/'),
        bytes: size,
        sha256: size > HASHED_BYTES ? null : sha256(await readFile(file)),
      });
    }
  }
  return files;
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(path, name));
}

/** @returns a sentence, or null where the file is as it was written */
async function changed(
  { path, bytes, sha256: sum }: WrittenFile,
  folder: string,
): Promise<string | null> {
  const file = resolve(folder, path);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return `It had written ${file}, which is gone.`;
  const isSame = found.size === bytes && (sum === null || sha256(await readFile(file)) === sum);
  return isSame ? null : `It had written ${file}, which is another file by now.`;
}
