/**
 * Scores of models on tasks in a folder, a file for each, by what they were computed from: a comparison that is run again scores
 * nothing anew. What is in the folder can be deleted, or damaged, at any time.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import * as v from 'valibot';
import { fileIdentity } from '../../checkpoint/file-source-node';
import type { NamedBlob } from '../../checkpoint/types';
import { resumeTally, type Tally, type TallyRecord } from '../../taskpool/tally';
import { tallySchema } from '../../taskpool/tally-schema';
import { writeFileWhole } from './write-file-node';

export interface ScoreFolder {
  /** Null where it is not known. */
  get(key: string, pictures: number): Promise<Tally | null>;
  /** Of a task that was scored to its end. Where it cannot be written nothing happens: it will be scored again. */
  put(key: string, tally: Tally): Promise<void>;
}

/** To be raised when scores change for the same key, or there is more to them. */
const FORMAT = 1;

/** A file that was changed so shortly ago may be changed again without a later time: FAT counts in steps of two seconds. */
const SETTLED_MS = 2000;

export function scoreFolder(folder: string): ScoreFolder {
  const pathOf = (key: string) => join(folder, digest(`${FORMAT} ${key}`));
  return {
    async get(key, pictures) {
      const bytes = await readFile(pathOf(key)).catch(() => null);
      const record = bytes && decode(bytes);
      if (!record || record.predictions.length !== pictures) return null;
      const tally = resumeTally(record);
      return tally.complete ? tally : null;
    },
    async put(key, tally) {
      const record = serialize(tally.record());
      await writeFileWhole(pathOf(key), [Buffer.from(digest(record)), record]).catch(
        () => undefined,
      );
    },
  };
}

/** Hexadecimal digits before the record: what is behind them has to have this sum. */
const SUM_LENGTH = 64;

function decode(bytes: Buffer): TallyRecord | null {
  const record = bytes.subarray(SUM_LENGTH);
  if (bytes.subarray(0, SUM_LENGTH).toString('latin1') !== digest(record)) return null;
  const read = v.safeParse(tallySchema, deserialize(record));
  return read.success ? read.output : null;
}

/** By what files are known again, as a text; null where one is no file of its own, or was changed a moment ago. */
export function filesText(files: readonly NamedBlob[], now = Date.now()): string | null {
  const found = files.flatMap(({ blob }) => fileIdentity(blob) ?? []);
  if (found.length < files.length) return null;
  if (found.some(({ mtimeNs }) => now - Number(mtimeNs / 1_000_000n) < SETTLED_MS)) return null;
  return digest(
    JSON.stringify(
      found.map(({ path, size, mtimeNs, ino }) => [path, size, `${mtimeNs}`, `${ino}`]),
    ),
  );
}

function digest(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
