/** Test support: the command in this process, with what it prints caught, in a folder of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { main } from '../fuse';

export const PROJECT = resolve(import.meta.dirname, '../../..');
export const POOL = join(PROJECT, 'reference/fixtures/merge/p8-32');
export const IMAGES = join(PROJECT, 'reference/fixtures/scoring/images');

/** The configuration that the real FusionBench was run with. */
export const REFERENCE = [
  '--config-path',
  'reference/fixtures/scoring/program',
  '--config-name',
  'clip_task_arithmetic',
];

export interface Outcome {
  readonly code: number;
  /** Standard output, and standard error. */
  readonly printed: string;
  readonly told: string;
}

/** Runs the command as if it had been called in `cwd`. */
export async function fuse(args: readonly string[], cwd = PROJECT): Promise<Outcome> {
  const printed: string[] = [];
  const told: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  const error = vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.push(String(text).trimEnd());
    return true;
  });
  try {
    const code = await main(args, { cwd, configs: join(PROJECT, 'config') });
    return { code, printed: printed.join('\n'), told: told.join('\n') };
  } finally {
    for (const spy of [log, error, write]) spy.mockRestore();
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'studio-fuse-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

/** FusionBench's part of a report. */
export type Report = Readonly<Record<string, Score>> & {
  readonly model_info: Readonly<Record<string, number>>;
};

export function readJson<T>(path: string): T {
  // The shape is that of the writer, which is tested or is the reference.
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
