/** A plan: the runs of one command as jobs that know nothing of each other, in a file that every machine reads. */
import * as v from 'valibot';
import { ConfigError } from '../../errors';
import type { RunOutputs } from '../run/outputs';
import { parsedJson } from './parsed-json';

/** To be raised when plans mean something else. */
const FORMAT = 1;

/** Under this key stands the number of the format, by which a plan is known. */
const FORMAT_KEY = 'task_arithmetic_studio_jobs';

export interface Job {
  readonly index: number;
  /** SHA-256 of all that its result follows from (`job-key-node.ts`). */
  readonly key: string;
  /** The full command: configuration and overrides, nothing in them swept any more. */
  readonly arguments: readonly string[];
  /** What it has of its own among the jobs: overrides by key. */
  readonly values: Readonly<Record<string, string>>;
  readonly outputs: RunOutputs;
}

export interface JobPlan {
  /** Version of the program that planned. */
  readonly version: string;
  /** The time of all runs, for `${now:...}`. */
  readonly time: string;
  /** Where relative paths begin: a path from the plan's own folder, which may lie elsewhere on another machine. */
  readonly folder: string;
  /** Whether they are runs of a multirun, whatever their number. */
  readonly multirun: boolean;
  readonly jobs: readonly Job[];
}

const path = v.nullable(v.string());

const outputsSchema: v.GenericSchema<unknown, RunOutputs> = v.strictObject({
  logDir: v.string(),
  report: path,
  model: path,
  comparison: path,
  relations: path,
  predictions: path,
});

const jobSchema: v.GenericSchema<unknown, Job> = v.strictObject({
  index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  key: v.pipe(v.string(), v.regex(/^[\da-f]{64}$/)),
  arguments: v.array(v.string()),
  values: v.record(v.string(), v.string()),
  outputs: outputsSchema,
});

const planSchema = v.pipe(
  v.strictObject({
    [FORMAT_KEY]: v.literal(FORMAT),
    version: v.string(),
    time: v.pipe(v.string(), v.isoTimestamp()),
    folder: v.string(),
    multirun: v.boolean(),
    jobs: v.pipe(v.array(jobSchema), v.minLength(1)),
  }),
  v.check(({ jobs }) => jobs.every(({ index }, place) => index === place)),
);

const headSchema = v.object({ [FORMAT_KEY]: v.number(), version: v.string() });

/** A job to a line, so that two plans can be held against each other. */
export function planText({ jobs, ...head }: JobPlan): string {
  const lines = Object.entries({ [FORMAT_KEY]: FORMAT, ...head }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  const list = jobs.map((job) => `    ${JSON.stringify(job)}`).join(',\n');
  return `{\n${lines.join('\n')}\n  "jobs": [\n${list}\n  ]\n}\n`;
}

/**
 * @param name - of the file, for messages
 * @throws ConfigError where it is no plan, one of another format, or one that somebody has changed
 */
export function readPlan(text: string, name: string): JobPlan {
  const found = v.safeParse(planSchema, parsedJson(text));
  if (found.success) {
    const { [FORMAT_KEY]: _, ...plan } = found.output;
    return plan;
  }
  const head = v.safeParse(headSchema, parsedJson(text));
  if (!head.success) {
    throw new ConfigError(`${name} is no plan of jobs. --plan ${name} writes one.`);
  }
  const { [FORMAT_KEY]: format, version } = head.output;
  if (format !== FORMAT) {
    throw new ConfigError(
      `${name} was written by version ${version} of this program, whose plans are of another form (${format}, and not ${FORMAT}). Make it anew with --plan.`,
    );
  }
  const place = v.getDotPath(found.issues[0]) ?? 'jobs';
  throw new ConfigError(
    `${name} is damaged at ${place}: it is not as --plan has written it. Make it anew.`,
  );
}

/** Whether a text is a plan, of any version. */
export function isPlan(text: string): boolean {
  return v.is(headSchema, parsedJson(text));
}
