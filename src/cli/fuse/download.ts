/** `--download`: shows what is missing and how large it is, asks, and fetches it before the first run begins. */
import { createInterface } from 'node:readline/promises';
import { ConfigError } from '../../errors';
import { downloadMissing } from '../../program/run/downloads/download-missing-node';
import type { Surroundings } from '../../program/run/surroundings';
import { formatBytes } from '../../quantities';
import type { FuseArguments } from './arguments';
import { downloadText } from './download-text';
import type { PlannedRun } from './plan';
import type { ProgressDisplay } from './progress';

/** A terminal, or something like it. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** @throws as `downloadMissing`; ConfigError where nobody agrees */
export async function downloadFirst(
  runs: readonly PlannedRun[],
  { yes }: Pick<FuseArguments, 'yes'>,
  surroundings: Surroundings,
  progress: ProgressDisplay,
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const due = runs.map(({ program }) => program).filter(({ program }) => !program.dry_run);
  await downloadMissing(due, surroundings, progress, signal, async (list) => {
    progress.note(downloadText(list));
    if (yes) return;
    const { input, output } = terminal;
    if (!input.isTTY || !output.isTTY) {
      throw new ConfigError(
        'Nothing was downloaded: there is no terminal to ask on. Add --yes to fetch what is listed.',
      );
    }
    const size = formatBytes(list.bytes);
    if (await agreed(`Download ${size} from ${list.host}? [y/N] `, terminal, signal)) return;
    throw new ConfigError('Nothing was downloaded.');
  });
}

/** An end of the input is a no. */
async function agreed(
  question: string,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  // Not in readline's own mode, which would keep Ctrl-C to itself.
  const lines = createInterface({ input, output, terminal: false });
  try {
    const ended = new Promise<string>((done) => lines.once('close', () => done('')));
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
