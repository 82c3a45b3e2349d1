/** Whole programs as they are started on a command line, timed from start to end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { peakResident } from './memory';

export interface Timed {
  readonly seconds: number;
  /** Peak resident bytes; null where the system does not tell. */
  readonly peakBytes: number | null;
}

const venv = process.env.STUDIO_REFERENCE_VENV ?? '/opt/studio-reference';

/** Python of the references' environment; undefined where it is not installed. */
export const python = [join(venv, 'bin/python'), join(venv, 'Scripts/python.exe')].find(existsSync);

/** Where `reference/setup.sh` puts mergekit, apart from what lies beside it. */
export const mergekitFolder = [join(venv, 'mergekit')].find(existsSync);

export const NO_REFERENCE = `There is no Python in ${venv} (reference/setup.sh).`;

const MEMORY_INTERVAL_MS = 50;

/** Runs a program in the project's folder; rejects with what it said where it fails. */
export function timed(command: string, args: readonly string[]): Promise<Timed> {
  const begun = performance.now();
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      // The references compute everything each time, too.
      env: { ...process.env, TASK_ARITHMETIC_STUDIO_CACHE: 'off' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    let peakBytes: number | null = null;
    const timer = setInterval(() => {
      peakBytes = peakResident(child.pid ?? 0) ?? peakBytes;
    }, MEMORY_INTERVAL_MS);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.once('error', failed);
    child.once('close', (code) => {
      clearInterval(timer);
      if (code === 0) done({ seconds: (performance.now() - begun) / 1000, peakBytes });
      else failed(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}

const fuse = resolve(projectRoot, 'scripts/fuse.mjs');

/** `npm run fuse -- ARGS` without npm. */
export function runFuse(args: readonly string[]): Promise<Timed> {
  return timed(process.execPath, [fuse, ...args]);
}

/** The real `fusion_bench` command; `tasks` is a tasks.json whose tasks are made known to it. */
export function runFusionBench(
  args: readonly string[],
  threads: number,
  tasks?: string,
): Promise<Timed> {
  if (python === undefined) throw new Error(NO_REFERENCE);
  const known = tasks === undefined ? [] : ['--tasks', tasks];
  const script = resolve(projectRoot, 'reference/run_fusionbench.py');
  return timed(python, [script, ...known, '--threads', `${threads}`, ...args]);
}

/** mergekit's `mergekit-pytorch CONFIG OUT`. */
export function runMergekit(config: string, out: string): Promise<Timed> {
  if (python === undefined || mergekitFolder === undefined) throw new Error(NO_REFERENCE);
  const program = `import sys; sys.path.append(${JSON.stringify(mergekitFolder)}); from mergekit.scripts.merge_raw_pytorch import main; main()`;
  return timed(python, ['-c', program, config, out]);
}
