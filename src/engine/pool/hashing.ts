/**
 * SHA-256 of every model's weights, computed when nothing else is: it stops as soon as there is something to score, and
 * goes on from the same byte later, in this visit or in the next.
 */
import type { Jobs } from '../jobs/jobs';
import type { Pool, PoolModel } from '../value';
import type { ModelFacts, PartialHash } from './facts';
import { type Hasher, hashHere } from './hashing-threads';

export interface Hashing {
  /** Goes on with what is not hashed yet, or stops within a few milliseconds and remembers how far it came. */
  follow(pool: Pool, idle: boolean): void;
}

export type Learn = (id: string, facts: Partial<ModelFacts>) => Promise<void>;

/** Id of the job that is listed while much is to be hashed. */
export const HASHING = 'hash';

/** Less takes about a second: not worth a line on the page. */
const LISTED_BYTES = 200_000_000;

export function createHashing(jobs: Jobs, learn: Learn, hasher: Hasher = hashHere): Hashing {
  let pool: Pool = { baseId: null, models: [] };
  let running: AbortController | null = null;
  /** Models that could not be hashed, and those in the pool when the user stopped it: not tried again in this visit. */
  const left = new Set<string>();

  const missing = (): PoolModel[] =>
    pool.models.filter(({ id, facts }) => facts.sha256 === undefined && !left.has(id));

  const hashAll = async (
    signal: AbortSignal,
    report: (label: string, share: number) => void = () => undefined,
  ): Promise<void> => {
    const begun = new Set<string>();
    const progress = createProgress(report);
    const work = async (): Promise<void> => {
      for (;;) {
        const model = missing().find(({ id }) => !begun.has(id));
        if (!model) return;
        const { id, name } = model;
        begun.add(id);
        try {
          const tell = (done: number, total: number) => progress.tell(name, done, total);
          await hashModel(model, learn, signal, tell, hasher);
        } catch (error) {
          if (signal.aborted) throw error;
          // Unreadable: whoever reads the weights for the merge says so.
          left.add(id);
        } finally {
          progress.end(name);
        }
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: hasher.atOnce }, work));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };

  const start = async (controller: AbortController): Promise<void> => {
    const bytes = missing().reduce((sum, model) => sum + model.bytes, 0);
    if (bytes < LISTED_BYTES) return hashAll(controller.signal);
    await jobs.run(HASHING, 'SHA-256 of the models', async (job) => {
      const signal = AbortSignal.any([job.signal, controller.signal]);
      try {
        await hashAll(signal, (label, share) => job.report(label, share));
      } finally {
        if (job.signal.aborted) for (const { id } of missing()) left.add(id);
      }
    });
  };

  return {
    follow(next, idle) {
      pool = next;
      if (!idle) {
        running?.abort(new DOMException('something more urgent came', 'AbortError'));
        running = null;
        return;
      }
      if (running || missing().length === 0) return;
      const controller = new AbortController();
      running = controller;
      start(controller)
        .catch(() => undefined)
        .finally(() => {
          if (running === controller) running = null;
        });
    },
  };
}

/** Puts what is told of several models at once into one line. */
function createProgress(report: (label: string, share: number) => void) {
  const active = new Map<string, { readonly done: number; readonly total: number }>();
  return {
    tell(name: string, done: number, total: number): void {
      active.set(name, { done, total });
      const all = [...active.values()].reduce((sum, one) => sum + one.total, 0);
      const sofar = [...active.values()].reduce((sum, one) => sum + one.done, 0);
      report(`SHA-256 of ${[...active.keys()].join(', ')}`, all === 0 ? 1 : sofar / all);
    },
    end: (name: string) => void active.delete(name),
  };
}

/**
 * Hashes one model's weights, from where an earlier attempt came to, and tells the sum, or on an abort how far it came.
 * Rejects with the signal's reason, or with what reading the file says.
 */
export async function hashModel(
  { id, facts, opened }: PoolModel,
  learn: Learn,
  signal: AbortSignal,
  report?: (done: number, total: number) => void,
  hasher: Hasher = hashHere,
): Promise<string> {
  const { partialHash: partial } = facts;
  let reached: (() => PartialHash) | null = null;
  try {
    const sha256 = await hasher.sha256(opened.files, {
      signal,
      resume: partial && { bytesDone: partial.bytesDone, state: fromBase64(partial.state) },
      onProgress: (bytesDone, bytesTotal, state) => {
        report?.(bytesDone, bytesTotal);
        reached = () => ({ bytesDone, state: toBase64(state()) });
      },
    });
    await learn(id, { sha256 });
    return sha256;
  } catch (error) {
    const point = reached as (() => PartialHash) | null;
    if (signal.aborted && point) await learn(id, { partialHash: point() });
    throw error;
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
