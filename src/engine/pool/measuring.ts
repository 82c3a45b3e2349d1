/**
 * Reads the weights of everything whose numbers are not known yet, in the background, one model after the other: how far an
 * expert is from the base, and whether numbers are broken. What is found is known of the model from then on.
 */
import { CompatibilityError, FormatError, StorageError } from '../../errors';
import { findNonFinite, inspectTaskVector } from '../../modelpool/task-vector-facts';
import type { Finding } from '../../modelpool/types';
import type { Job, Jobs } from '../jobs/jobs';
import type { FilesKey } from '../scoring/keys';
import {
  baseOf,
  type EngineValue,
  filesOf,
  includedExperts,
  type Pool,
  type PoolModel,
} from '../value';
import { type ModelFacts, nonFiniteOf, vectorText, withNonFinite } from './facts';
import { isUnmeasured } from './findings';

export interface Measuring {
  /**
   * Goes on with what this value lacks, and lets go of what it has no use for. Where it is not free to, it begins with no
   * model: something more urgent needs disk and processor.
   */
  follow(value: EngineValue, free?: boolean): void;
  /** Is there something to measure, or being measured? */
  pending(): boolean;
}

export interface MeasuringEvents {
  onMeasured(id: string, facts: Partial<ModelFacts>): Promise<void>;
  onUnreadable(files: FilesKey, finding: Finding): void;
  /** The user stopped it. */
  onStopped(): void;
}

/** One model whose weights are read; against itself where it is the base. */
interface Target {
  readonly base: PoolModel;
  readonly model: PoolModel;
}

export function createMeasuring(jobs: Jobs, events: MeasuringEvents): Measuring {
  let wanted: EngineValue | null = null;
  let isFree = true;
  let current: { readonly target: Target; readonly controller: AbortController } | null = null;
  let running = false;

  const next = (): Target | null =>
    wanted && !wanted.stopped && isFree ? (targets(wanted.pool)[0] ?? null) : null;

  const measureAll = async (job: Job): Promise<void> => {
    for (let target = next(); target; target = next()) {
      const controller = new AbortController();
      current = { target, controller };
      const signal = AbortSignal.any([job.signal, controller.signal]);
      try {
        await events.onMeasured(target.model.id, await measure(target, signal, job));
      } catch (error) {
        if (job.signal.aborted) throw error;
        if (!signal.aborted)
          events.onUnreadable(filesOf(target.model), asFinding(target.model.name, error));
      } finally {
        current = null;
      }
    }
  };

  const start = async (): Promise<void> => {
    running = true;
    await jobs
      .run('measure', 'Reading the weights', (job) => {
        // At once, and not when the reading has ended: by then the user may have gone on.
        job.signal.addEventListener('abort', events.onStopped);
        return measureAll(job);
      })
      .catch(() => undefined);
    running = false;
    if (next()) void start();
  };

  return {
    follow(value, free = true) {
      wanted = value;
      isFree = free;
      if (current && !stillWanted(current.target, value)) {
        current.controller.abort(new DOMException('no longer wanted', 'AbortError'));
      }
      if (!running && next()) void start();
    },
    pending: () => running || next() !== null,
  };
}

/** What is still to be measured: the base first, then the experts in their order. */
function targets(pool: Pool): Target[] {
  const base = baseOf(pool);
  if (!base?.opened.model || base.unreadable) return [];
  const experts = includedExperts(pool).filter((model) => isUnmeasured(pool, model));
  const isRead = nonFiniteOf(base.facts, filesOf(base)) !== undefined;
  const models = isRead ? experts : [base, ...experts];
  return models.map((model) => ({ base, model }));
}

function stillWanted(wanted: Target, { pool, stopped }: EngineValue): boolean {
  return !stopped && targets(pool).some((target) => targetText(target) === targetText(wanted));
}

function targetText({ base, model }: Target): string {
  return JSON.stringify([filesOf(base), filesOf(model)]);
}

async function measure(
  { base, model }: Target,
  signal: AbortSignal,
  job: Job,
): Promise<Partial<ModelFacts>> {
  const pretrained = base.opened.model;
  const expert = model.opened.model;
  if (!pretrained || !expert) throw new RangeError('only models that opened are measured');
  if (model === base) {
    const label = `Reading the weights of ${base.name}`;
    job.report(label, null);
    return withNonFinite(filesOf(base), await findNonFinite(pretrained, { signal }));
  }
  const facts = await inspectTaskVector(pretrained, expert, {
    signal,
    onProgress: (done, total) =>
      job.report(`Measuring the task vector of ${model.name}`, done / total),
  });
  return { taskVectors: { [vectorText(filesOf(base), filesOf(model))]: facts } };
}

/** The file may have changed on disk, or the storage may have lost it: said of the model, for everything else goes on. */
function asFinding(subject: string, error: unknown): Finding {
  const named = [FormatError, StorageError, CompatibilityError].some(
    (kind) => error instanceof kind,
  );
  const reason = error instanceof Error ? error.message : String(error);
  const message = named
    ? reason
    : `The weights of ${subject} could not be read (${reason}). Remove it and add it again.`;
  return { severity: 'error', subject, message, details: [] };
}
