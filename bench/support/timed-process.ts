/** How long a command takes, and how much of the processors. */
import { spawn } from 'node:child_process';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import type { Seconds } from './alternating';

/** Rejects with what the command said where it fails. POSIX only: the shell tells the processor's time. */
export function timedProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Seconds & { readonly printed: string }> {
  const begun = performance.now();
  return new Promise((done, failed) => {
    const shell = ['-c', '"$@" && times >&2', 'sh', command, ...args];
    const child = spawn('sh', shell, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] = (said[stream] + text).slice(-4000);
      });
    }
    child.once('error', failed);
    child.once('close', (code) => {
      const wall = (performance.now() - begun) / 1000;
      // Two lines: of the shell itself, and of what it ran; user and system, as in 0m1.234s.
      const [user = NaN, system = NaN] = [...said.stderr.matchAll(/(\d+)m([\d.]+)s/g)]
        .slice(-2)
        .map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
      if (code === 0) done({ wall, processor: user + system, printed: said.stdout });
      else failed(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said.stderr}`));
    });
  });
}
