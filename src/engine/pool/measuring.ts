/**
 * Reads the weights of everything whose numbers are not known yet, in the background, all models in one pass: how far an
 * expert is from the base, and whether numbers are broken. What is found is known of the model from then on.
 */
import type { ClipModel } from '../../clip/types';
import { CompatibilityError, FormatError, StorageError } from '../../errors';
import { inspectWeights } from '../../modelpool/inspect-weights';
import type { Finding } from '../../modelpool/types';
import { createGate } from '../jobs/gate';
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
   * Goes on with what this value lacks, and lets go of what it has no use for. Where it is not free to, it reads nothing
   * until it is: something more urgent needs disk and processor.
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

/** Id of its job. */
export const MEASURING = 'measure';

/** What one pass reads: the base, and with it the experts whose task vectors are to be measured. */
interface Pass {
  readonly base: PoolModel;
  /** Is it to be found out whether numbers of the base are broken? */
  readonly asksBase: boolean;
  readonly experts: readonly PoolModel[];
}

interface RunningPass {
  readonly base: PoolModel;
  /** Of all of it. */
  readonly controller: AbortController;
  readonly asksBase: boolean;
  readonly experts: readonly { readonly model: PoolModel; readonly controller: AbortController }[];
}

export function createMeasuring(jobs: Jobs, events: MeasuringEvents): Measuring {
  let wanted: EngineValue | null = null;
  let isFree = true;
  let current: RunningPass | null = null;
  let running = false;
  const gate = createGate();

  const next = (): Pass | null =>
    wanted && !wanted.stopped && isFree ? passOver(wanted.pool) : null;

  /** Resolves when the pass is free to read on, or is not to. */
  const turn = async (signal: AbortSignal): Promise<void> => void (await gate.pass(signal));

  const measureAll = async (job: Job): Promise<void> => {
    for (let pass = next(); pass; pass = next()) {
      const controller = new AbortController();
      const experts = pass.experts.map((model) => ({ model, controller: new AbortController() }));
      const { base, asksBase } = pass;
      current = { base, asksBase, controller, experts };
      const signal = AbortSignal.any([job.signal, controller.signal]);
      try {
        await measure(current, { signal, turn: () => turn(signal) }, job);
      } catch (error) {
        if (job.signal.aborted) throw error;
        if (!signal.aborted) events.onUnreadable(filesOf(base), asFinding(base.name, error));
      } finally {
        current = null;
      }
    }
  };

  const measure = async (
    { base, asksBase, experts }: RunningPass,
    { signal, turn }: { readonly signal: AbortSignal; readonly turn: () => Promise<void> },
    job: Job,
  ): Promise<void> => {
    const readers = experts.map(({ model, controller }) => ({
      model: modelOf(model),
      signal: controller.signal,
    }));
    const label = labelOf(base, experts);
    job.report(label, null);
    const { nonFinite, taskVectors } = await inspectWeights(modelOf(base), readers, {
      signal,
      turn,
      onProgress: (done, total) => job.report(label, done / total),
    });
    if (asksBase) await events.onMeasured(base.id, withNonFinite(filesOf(base), nonFinite));
    for (const [i, { model, controller }] of experts.entries()) {
      const outcome = taskVectors[i];
      // What is found of one may be the end of others.
      signal.throwIfAborted();
      if (!outcome || controller.signal.aborted) continue;
      if (outcome.status === 'fulfilled') {
        const vectors = { [vectorText(filesOf(base), filesOf(model))]: outcome.value };
        await events.onMeasured(model.id, { taskVectors: vectors });
      } else {
        events.onUnreadable(filesOf(model), asFinding(model.name, outcome.reason));
      }
    }
  };

  const start = async (): Promise<void> => {
    running = true;
    await jobs
      .run(MEASURING, 'Reading the weights', (job) => {
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
      gate.set(free);
      if (current) dropUnwanted(current, value);
      if (!running && next()) void start();
    },
    pending: () => running || next() !== null,
  };
}

/** What is still to be measured; null where that is nothing. */
function passOver(pool: Pool): Pass | null {
  const base = baseOf(pool);
  if (!base?.opened.model || base.unreadable) return null;
  const experts = includedExperts(pool).filter((model) => isUnmeasured(pool, model));
  const asksBase = nonFiniteOf(base.facts, filesOf(base)) === undefined;
  return asksBase || experts.length > 0 ? { base, asksBase, experts } : null;
}

function dropUnwanted(running: RunningPass, { pool, stopped }: EngineValue): void {
  const wanted = stopped ? null : passOver(pool);
  const reason = new DOMException('no longer wanted', 'AbortError');
  const isBase = wanted !== null && filesText(wanted.base) === filesText(running.base);
  const texts = new Set(isBase ? wanted.experts.map(filesText) : []);
  for (const { model, controller } of running.experts) {
    if (!texts.has(filesText(model))) controller.abort(reason);
  }
  const asked = isBase && running.asksBase && wanted.asksBase;
  if (!asked && running.experts.every(({ controller }) => controller.signal.aborted)) {
    running.controller.abort(reason);
  }
}

function filesText(model: PoolModel): string {
  return JSON.stringify(filesOf(model));
}

function modelOf({ opened: { model } }: PoolModel): ClipModel {
  if (!model) throw new RangeError('only models that opened are measured');
  return model;
}

function labelOf({ name }: PoolModel, experts: RunningPass['experts']): string {
  const [first] = experts;
  if (!first) return `Reading the weights of ${name}`;
  if (experts.length === 1) return `Measuring the task vector of ${first.model.name}`;
  return `Measuring ${experts.length} task vectors`;
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
