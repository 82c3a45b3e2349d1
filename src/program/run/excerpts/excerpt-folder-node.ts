/**
 * Parts of files of a data set's repository, in the program's own cache: `blobs/<hash>/<begin>-<end>` has bytes of the file that the
 * Hub knows by this hash, `commits/<commit>.json` tells the files of a commit, `refs/<revision>` the commit that it means. In the
 * Hugging Face cache they would be taken for the whole files.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileSource } from '../../../checkpoint/file-source-node';
import { repositoryFolder } from '../../../modelpool/sources/hub-cache-node';
import { cacheFolder } from '../cache-folder-node';
import type { Surroundings } from '../surroundings';
import { writeFileWhole } from '../write-file-node';
import type { Piece } from './excerpt-source';

/** A file of a commit, of which all or some may be here. */
export interface NotedFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  /** In bytes, of the whole. */
  readonly size: number;
  /** The Hub's hash of the whole. */
  readonly blob: string;
}

export interface ExcerptFolder {
  readonly path: string;
  /** What is here of a file, in the order of its bytes. */
  pieces(file: NotedFile): Promise<Piece[]>;
  put(file: NotedFile, begin: number, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Removes all there is of a file. */
  forget(file: NotedFile): Promise<void>;
  /** The commit that a revision meant when it was asked for. */
  commitOf(revision: string): Promise<string>;
  /** Where the files of a commit are told, whether or not they are. */
  commitPath(commit: string): string;
  /** Undefined where nothing is known of the commit. */
  filesOf(commit: string): Promise<readonly NotedFile[] | undefined>;
  /** Notes files besides those that are known of the commit, and which revision means it. */
  note(commit: string, revision: string, files: readonly NotedFile[]): Promise<void>;
}

const Hash = v.pipe(v.string(), v.regex(/^([\da-f]{40}|[\da-f]{64})$/));
const NotedFiles = v.array(
  v.object({
    path: v.string(),
    size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    blob: Hash,
  }),
);

/** Null where this program is to keep nothing. */
export function excerptsFolder(surroundings: Surroundings): string | null {
  const cache = cacheFolder(surroundings);
  return cache === null ? null : join(cache, 'parts');
}

/** @param root - of all repositories */
export function excerptFolder(root: string, dataset: string): ExcerptFolder {
  const folder = repositoryFolder(root, 'dataset', dataset);
  const blob = (file: NotedFile) => join(folder, 'blobs', file.blob);
  const commitPath = (commit: string) => join(folder, 'commits', `${commit}.json`);
  const refPath = (revision: string) => join(folder, 'refs', ...revision.split('/'));
  const filesOf = async (commit: string) => {
    const text = await readFile(commitPath(commit), 'utf8').catch(() => '');
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), NotedFiles), text);
    return read.success ? read.output : undefined;
  };
  return {
    path: folder,
    commitPath,
    filesOf,
    async pieces(file) {
      const pieces: Piece[] = [];
      for (const name of await readdir(blob(file)).catch((): string[] => [])) {
        const [, begin, end] = /^(\d+)-(\d+)$/.exec(name)?.map(Number) ?? [];
        if (begin === undefined || end === undefined) continue;
        const source = await fileSource(join(blob(file), name)).catch(() => undefined);
        if (source?.size === end - begin) pieces.push({ begin, end, source });
      }
      return pieces.sort((a, b) => a.begin - b.begin);
    },
    put: (file, begin, bytes, signal) =>
      writeFileWhole(join(blob(file), `${begin}-${begin + bytes.length}`), [bytes], signal),
    forget: (file) => rm(blob(file), { recursive: true, force: true }),
    async commitOf(revision) {
      const text = await readFile(refPath(revision), 'utf8').catch(() => revision);
      return text.trim();
    },
    async note(commit, revision, files) {
      const before = (await filesOf(commit)) ?? [];
      const all = new Map([...before, ...files].map((file) => [file.path, file]));
      const told = [...all.values()].map(({ path, size, blob: hash }) => ({
        path,
        size,
        blob: hash,
      }));
      const encoder = new TextEncoder();
      await writeFileWhole(commitPath(commit), [encoder.encode(JSON.stringify(told))]);
      if (revision !== commit) await writeFileWhole(refPath(revision), [encoder.encode(commit)]);
    },
  };
}
