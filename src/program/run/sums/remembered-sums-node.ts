/**
 * SHA-256 sums of files that were computed before: a file for each in the user's cache folder. A sum is taken for as long as
 * path, size, time of the last change and number on the disk are what they were. What is in the folder can be deleted, or
 * damaged, at any time, and written by several programs at once: each file is there whole or not at all, and checks itself.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { FileIdentity } from '../../../checkpoint/file-source-node';
import { writeFileWhole } from '../write-file-node';

export interface RememberedSums {
  /** Of the files one after the other; null where it is not known. */
  get(files: readonly FileIdentity[]): Promise<string | null>;
  /** Where it cannot be written nothing happens: it will be computed again. */
  put(files: readonly FileIdentity[], sha256: string): Promise<void>;
}

/**
 * A file that was changed so shortly ago is not remembered: another change might leave its time as it is. File systems count
 * in steps of up to two seconds (FAT).
 */
const SETTLED_MS = 2000;

const Digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Entry = v.strictObject({ of: v.string(), sha256: Digest, check: Digest });

export function rememberedSums(folder: string): RememberedSums {
  const pathOf = (files: readonly FileIdentity[]) => {
    const paths = JSON.stringify(files.map(({ path }) => path));
    return join(folder, `${digest(paths)}.json`);
  };
  return {
    async get(files) {
      const text = await readFile(pathOf(files), 'utf8').catch(() => '');
      const entry = v.safeParse(v.pipe(v.string(), v.parseJson(), Entry), text);
      if (!entry.success) return null;
      const { of, sha256, check } = entry.output;
      return of === textOf(files) && check === digest(of + sha256) ? sha256 : null;
    },
    async put(files, sha256) {
      const changed = Math.max(...files.map(({ mtimeNs }) => Number(mtimeNs / 1_000_000n)));
      if (Date.now() - changed < SETTLED_MS) return;
      const of = textOf(files);
      const entry: v.InferOutput<typeof Entry> = { of, sha256, check: digest(of + sha256) };
      const bytes = new TextEncoder().encode(JSON.stringify(entry));
      await writeFileWhole(pathOf(files), [bytes]).catch(() => undefined);
    },
  };
}

/** All by which the files are known. */
function textOf(files: readonly FileIdentity[]): string {
  return JSON.stringify(
    files.map(({ path, size, mtimeNs, ino }) => [path, size, `${mtimeNs}`, `${ino}`]),
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
