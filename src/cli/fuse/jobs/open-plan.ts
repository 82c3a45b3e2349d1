/** A plan's file, and where what it says leads to on this machine. */
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../../../errors';
import { type JobPlan, readPlan } from '../../../program/jobs/plan';
import { type ResultFolder, resultFolder } from '../../../program/jobs/result-folder-node';
import { systemReason } from '../../../program/run/system-reason';

export interface OpenedPlan {
  readonly plan: JobPlan;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly results: ResultFolder;
}

/** @throws ConfigError where there is no such plan, or one that cannot be read here */
export async function openPlan(name: string, cwd: string): Promise<OpenedPlan> {
  const path = resolve(cwd, name);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : systemReason(cause);
    throw new ConfigError(
      `${name} cannot be read (${why ?? String(cause)}). --plan ${name} writes a plan of jobs.`,
      { cause },
    );
  });
  const plan = readPlan(text, name);
  const folder = resolve(dirname(path), plan.folder);
  return { plan, folder, results: resultFolder(path, folder) };
}

/** Where relative paths begin, as a plan says it: from the folder that it lies in itself. */
export function folderFrom(plan: string, cwd: string): string {
  return relative(dirname(plan), cwd).split(sep).join('/') || '.';
}

/** `0-3, 7` */
export function indexText(indices: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const index of indices) {
    const open = ranges.at(-1);
    if (open && open.last === index - 1) open.last = index;
    else ranges.push({ first: index, last: index });
  }
  return ranges
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
    .join(', ');
}
