/**
 * The scoring loop: batch after batch of whatever is most urgent now. At most one batch is in flight; when what is in
 * demand changes, work that is no longer wanted is dropped between two batches, and what it counted stays counted.
 */
import { letMessagesIn } from '../../runtime/let-messages-in';
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

/** The unit in flight. */
interface Step {
  readonly unit: string;
  readonly task: string;
  /** Aborted when the unit is no longer wanted, and when no unit of its task is. */
  readonly controllers: { readonly unit: AbortController; readonly head: AbortController };
}

export function createScheduler(
  workspace: Workspace,
  book: ScoreBook,
  events: SchedulerEvents,
): Scheduler {
  let wanted: Demand | null = null;
  let current: Step | null = null;
  let running: Promise<void> | null = null;

  const step = async (demand: Demand, unit: Unit): Promise<void> => {
    const { inputs } = demand;
    const controllers = { unit: new AbortController(), head: new AbortController() };
    current = { unit: identify(demand, unit), task: taskKey(inputs, unit.task), controllers };
    const { signal } = controllers.unit;
    const signals = { unit: signal, head: controllers.head.signal };
    try {
      await workspace.exclusive(async () => {
        signal.throwIfAborted();
        const { model, task } = await workspace.prepare(
          inputs,
          unit,
          signals,
          (what, done, total) => events.onProgress('preparing', `${what}: ${done} of ${total}`),
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
      if (current) dropUnwanted(current, next);
      start();
    },
    async idle() {
      while (running) await running;
    },
  };
}

function identify({ inputs }: Demand, { weights, task }: Unit): string {
  return `${inputs.poolKey}|${weightsKey(inputs, weights)}|${taskKey(inputs, task)}`;
}

function dropUnwanted({ unit, task, controllers }: Step, next: Demand | null): void {
  const newer = new DOMException('a newer value came', 'AbortError');
  if (!next || !stillWanted(next, unit)) controllers.unit.abort(newer);
  const tasks = next?.inputs.tasks ?? [];
  if (!tasks.some((other) => next && taskKey(next.inputs, other) === task)) {
    controllers.head.abort(newer);
  }
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
