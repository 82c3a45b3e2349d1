/** Progress of a run: a bar on a terminal, plain lines in a log. */
import type { RunListener } from '../../program/run/messages';
import { formatBytes, formatSecondsLeft } from '../../quantities';

export interface ProgressDisplay extends RunListener {
  /** Takes an unfinished bar away, so that something else can be printed. */
  clear(): void;
}

/** What is written to: standard error, or something like it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A terminal is not drawn more often than this. */
const DRAW_MS = 100;

/** A log says so often that something is still going on. */
const LINE_MS = 10_000;

const BAR_CELLS = 24;

export function createProgress(
  stream: ProgressStream,
  clock: () => number = () => performance.now(),
): ProgressDisplay {
  let what = '';
  let begun = 0;
  let shown = 0;
  let drawn = false;

  const clear = () => {
    if (drawn) stream.write('\r\u001b[2K');
    drawn = false;
  };

  return {
    clear,
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    progress(next, done, total, unit) {
      const now = clock();
      if (next !== what) {
        clear();
        what = next;
        begun = now;
        shown = stream.isTTY ? 0 : now;
      }
      const seconds = (now - begun) / 1000;
      if (done >= total) {
        clear();
        stream.write(`${what}: ${wholeText(total, seconds, unit)}\n`);
        what = '';
      } else if (now - shown >= (stream.isTTY ? DRAW_MS : LINE_MS)) {
        shown = now;
        const amount = amountText(done, total, seconds, unit);
        if (!stream.isTTY) stream.write(`${what}: ${amount}\n`);
        else {
          const bar = `${what} ${barText(done, total)} ${amount}`;
          stream.write(`\r\u001b[2K${bar.slice(0, stream.columns ?? 80)}`);
          drawn = true;
        }
      }
    },
  };
}

function barText(done: number, total: number): string {
  const full = Math.round((BAR_CELLS * done) / total);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
}

function amountText(done: number, total: number, seconds: number, unit?: 'bytes'): string {
  if (unit !== 'bytes') return `${done} of ${total}`;
  const amount = `${formatBytes(done)} of ${formatBytes(total)}`;
  if (done === 0 || seconds < 1) return amount;
  const left = Math.round((seconds / done) * (total - done));
  return `${amount}, ${formatBytes(done / seconds)}/s, ${formatSecondsLeft(left)}`;
}

function wholeText(total: number, seconds: number, unit?: 'bytes'): string {
  const took = `${seconds.toFixed(1)} s`;
  if (unit !== 'bytes') return `${total} (${took})`;
  return `${formatBytes(total)} (${took}${seconds < 1 ? '' : `, ${formatBytes(total / seconds)}/s`})`;
}
