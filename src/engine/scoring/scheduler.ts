/**
 * The scoring loop: batch after batch of whatever is most urgent now. At most one batch is in flight; when what is in
 * demand changes, work that is no longer wanted is dropped between two batches, and what it counted stays counted.
 */
import { scoreBatch } from '../../taskpool/score';
import type { ScoreBook } from './book';
import { taskKey, weightsKey } from './inputs';
import { columns, type Demand, nextUnit, type Unit } from './plan';
import type { Workspace } from './workspace';

export interface SchedulerEvents {
  /** Something was counted, or the phase changed. */
  onProgress(phase: 'preparing' | 'scoring' | 'complete', what: string): void;
  onUnreadable(taskId: string, index: number, error: Error): void;
  /** Scoring stopped because of an error; it goes on when the demand changes. */
  onFailure(error: Error): void;
}

export interface Scheduler {
  /** Replaces what is in demand; null stops. Takes effect at once: what is no longer wanted is aborted. */
  demand(demand: Demand | null): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export function createScheduler(
  workspace: Workspace,
  book: ScoreBook,
  events: SchedulerEvents,
): Scheduler {
  let wanted: Demand | null = null;
  let current: { readonly unit: string; readonly controller: AbortController } | null = null;
  let running: Promise<void> | null = null;

  const step = async (demand: Demand, unit: Unit): Promise<void> => {
    const { inputs } = demand;
    const controller = new AbortController();
    current = { unit: identify(demand, unit), controller };
    const { signal } = controller;
    try {
      await workspace.exclusive(async () => {
        signal.throwIfAborted();
        const { model, task } = await workspace.prepare(inputs, unit, signal, (what, done, total) =>
          events.onProgress('preparing', `${what}: ${done} of ${total}`),
        );
        const tally = book.open(inputs, unit);
        await scoreBatch(
          model,
          task,
          tally,
          (index, error) => events.onUnreadable(unit.task.id, index, error),
          signal,
        );
      });
      events.onProgress('scoring', describeUnit(unit));
    } finally {
      current = null;
    }
  };

  const loop = async (): Promise<void> => {
    while (wanted) {
      const demand = wanted;
      const unit = nextUnit(demand, (candidate) => book.find(demand.inputs, candidate));
      if (!unit) {
        events.onProgress('complete', '');
        wanted = null;
        return;
      }
      try {
        await step(demand, unit);
        await letMessagesIn();
      } catch (error) {
        // An abort means that the demand has changed meanwhile; anything else is told, and waits for a change.
        if (wanted === demand) {
          wanted = null;
          events.onFailure(error as Error);
        }
      }
    }
  };

  const start = (): void => {
    running ??= loop().finally(() => {
      running = null;
      // A demand that came while the loop was ending starts it again.
      if (wanted) start();
    });
  };

  return {
    demand(next) {
      wanted = next;
      if (current && (!next || !stillWanted(next, current.unit))) {
        current.controller.abort(new DOMException('a newer value came', 'AbortError'));
      }
      start();
    },
    async idle() {
      while (running) await running;
    },
  };
}

/** Wasm never leaves the microtask queue: without this no message, such as a newer value, and no timer gets a turn. */
function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function identify({ inputs }: Demand, { weights, task }: Unit): string {
  return `${inputs.poolKey}|${weightsKey(inputs, weights)}|${taskKey(inputs, task)}`;
}

function stillWanted(demand: Demand, unit: string): boolean {
  return columns(demand).some((column) => column.some((other) => identify(demand, other) === unit));
}

function describeUnit({ weights, task }: Unit): string {
  switch (weights.kind) {
    case 'pretrained':
      return `Scoring the pretrained model on ${task.name}`;
    case 'merged':
      return `Scoring the merged model at ${weights.scalingFactor} on ${task.name}`;
    case 'expert':
      return `Scoring the expert of ${task.name}`;
  }
}
