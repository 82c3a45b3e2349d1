/** Progress of a run: a bar on a terminal, plain lines in a log. */
import type { RunListener } from '../../program/run/messages';

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
    progress(next, done, total) {
      const now = clock();
      if (next !== what) {
        clear();
        what = next;
        begun = now;
        shown = stream.isTTY ? 0 : now;
      }
      if (done >= total) {
        clear();
        stream.write(`${what}: ${total} (${((now - begun) / 1000).toFixed(1)} s)\n`);
        what = '';
      } else if (now - shown >= (stream.isTTY ? DRAW_MS : LINE_MS)) {
        shown = now;
        if (!stream.isTTY) stream.write(`${what}: ${done} of ${total}\n`);
        else {
          stream.write(`\r\u001b[2K${barText(what, done, total).slice(0, stream.columns ?? 80)}`);
          drawn = true;
        }
      }
    },
  };
}

function barText(what: string, done: number, total: number): string {
  const full = Math.round((BAR_CELLS * done) / total);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
  return `${what} ${bar} ${done} of ${total}`;
}
