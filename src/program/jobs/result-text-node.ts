/** The result of a job as a text of two lines: what it is the result of with the second line's SHA-256, and the result. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { TaskScore } from '../report';
import { parsedJson } from './parsed-json';

export interface WrittenFile {
  /** From where relative paths of the plan begin. */
  readonly path: string;
  readonly bytes: number;
  /** Null for a file that is too large to be read whenever its job is asked for. */
  readonly sha256: string | null;
}

export interface JobResult {
  readonly results: readonly TaskScore[];
  /** What the run told besides: of a search, a comparison, relations. */
  readonly texts: readonly string[];
  readonly written: readonly WrittenFile[];
  /** From the first look at the models to the last file. */
  readonly seconds: number;
}

const digest = v.pipe(v.string(), v.regex(/^[\da-f]{64}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const headSchema = v.strictObject({ key: digest, sha256: digest });

const scoreSchema: v.GenericSchema<unknown, TaskScore> = v.strictObject({
  task: v.string(),
  n: count,
  available: v.exactOptional(count),
  // JSON has no NaN, which is the share of nothing.
  accuracy: v.pipe(
    v.nullable(v.number()),
    v.transform((share) => share ?? Number.NaN),
  ),
  loss: v.nullable(v.number()),
  unreadable: v.exactOptional(v.array(v.strictObject({ image: v.string(), reason: v.string() }))),
});

const resultSchema: v.GenericSchema<unknown, JobResult> = v.strictObject({
  results: v.array(scoreSchema),
  texts: v.array(v.string()),
  written: v.array(v.strictObject({ path: v.string(), bytes: count, sha256: v.nullable(digest) })),
  seconds: v.number(),
});

export function resultText(key: string, result: JobResult): string {
  const line = JSON.stringify(result);
  return `${JSON.stringify({ key, sha256: sha256(line) })}\n${line}\n`;
}

/** @returns null for whatever is not, to the last byte, the result of the job with this key as it was written */
export function readResult(key: string, text: string): JobResult | null {
  const [first = '', line = '', ...rest] = text.split('\n');
  if (rest.length !== 1 || rest[0] !== '') return null;
  const head = v.safeParse(headSchema, parsedJson(first));
  if (!head.success || head.output.key !== key || head.output.sha256 !== sha256(line)) return null;
  const result = v.safeParse(resultSchema, parsedJson(line));
  return result.success ? result.output : null;
}

export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
