/** Peak memory of a browser while it computes: of its processes (Linux), and of the GPU where `nvidia-smi` tells it. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { peakResident } from '../support/memory';

export interface PeakMemory {
  /** Of the browser's largest process, resident. */
  readonly largestProcessBytes: number | null;
  /** Of the GPU's memory in use, by whomever, the most that was seen. */
  readonly gpuBytes: number | null;
  /** What was in use before. */
  readonly gpuBytesBefore: number | null;
}

const INTERVAL_MS = 250;

/** Watches until it is asked for what it saw. */
export async function watchMemory(browser: number): Promise<() => PeakMemory> {
  const gpuBytesBefore = await gpuInUse();
  let largestProcessBytes: number | null = null;
  let gpuBytes = gpuBytesBefore;
  const timer = setInterval(async () => {
    largestProcessBytes = most(largestProcessBytes, largestProcess(browser));
    gpuBytes = most(gpuBytes, await gpuInUse());
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    return { largestProcessBytes, gpuBytes, gpuBytesBefore };
  };
}

function most(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function gpuInUse(): Promise<number | null> {
  const args = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  return new Promise((done) => {
    execFile('nvidia-smi', args, { timeout: 5_000 }, (error, output) => {
      const mebibytes = error ? Number.NaN : Number.parseFloat(output);
      done(Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : null);
    });
  });
}

/** Peak resident bytes of the largest of a process and what it started. */
function largestProcess(root: number): number | null {
  if (!existsSync('/proc/self/status')) return null;
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : null;
    if (parent !== null) parents.set(pid, parent);
  }
  const belongs = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = parents.get(pid);
    return parent !== undefined && parent !== pid && belongs(parent);
  };
  const sizes = [...parents.keys()].filter(belongs).map((pid) => peakResident(pid) ?? 0);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/** Null where the process has gone. */
function parentOf(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const found = /^PPid:\s*(\d+)/m.exec(text)?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
