/** Starts a browser's process, waits for the line by which it says that it is up, and ends it with all of its children. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Started {
  /** What the pattern's first group matched. */
  readonly address: string;
  end(): Promise<void>;
}

/** A browser that has not come up by then will not. */
const START_MS = 60_000;

/** @param ready - null for a program that says nothing and is asked instead */
export async function startProcess(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp | null,
): Promise<Started> {
  const child = spawn(path, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: true,
  });
  // A test runner that gives up closes nothing.
  const endWithUs = () => signal(child.pid, 'SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let output = '';
  if (ready === null) {
    child.once('error', () => undefined);
    return { address: '', end: () => endGroup(child) };
  }
  const address = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${path} ${why}. It said:\n${output}`));
    const timer = setTimeout(() => fail('did not come up'), START_MS);
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      const match = ready.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(match[1] ?? '');
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
  }).catch(async (error: unknown) => {
    await endGroup(child);
    throw error;
  });
  return { address, end: () => endGroup(child) };
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signal(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signal(child.pid, 'SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}

function signal(group: number | undefined, name: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(-group, name);
  } catch {
    // All of it has ended already.
  }
}
