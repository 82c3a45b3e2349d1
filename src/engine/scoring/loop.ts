/**
 * The scoring loop: batch after batch of whatever is most urgent now. At most one batch is in flight; when what is in
 * demand changes, work that is no longer wanted is dropped between two batches, and what it counted stays counted.
 */
import { letMessagesIn } from '../../runtime/let-messages-in';
import { scoreBatch } from '../../taskpool/score';
import type { ScoreBook } from './book';
import { keyText } from './keys';
import { columns, type Demand, mergedColumn, nextUnit, type Unit } from './plan';
import { nextRefinement } from './refine';
import type { PrepareSignals, Workspace } from './workspace';

export interface LoopEvents {
  /** Something is being prepared: how far it is. */
  onPreparing(what: string, done: number, total: number): void;
  /** A batch of this unit has been counted. */
  onCounted(unit: Unit): void;
  /** Everything in demand has been scored. */
  onComplete(demand: Demand): Promise<void>;
  /** A batch that nobody asked for has been counted: of a value that was looked at before. */
  onRefined?(unit: Unit): void;
  /** Something was refined, and no more is for now: what was is to be kept. */
  onRest?(): Promise<void>;
  /** Scoring stopped because of an error; it goes on with the next demand. */
  onFailure(error: Error): void;
  /** Does something else wait for this thread? A batch on wasm holds it from its beginning to its end. */
  hasOthers?(): boolean;
}

export interface Loop {
  /** Replaces what is in demand; null stops. Takes effect at once: what is no longer wanted is aborted. */
  demand(demand: Demand | null): void;
  /**
   * Is there time for what nobody asked for? Then, once everything in demand is complete, what the slider moves is made
   * resident again where something else took its place, and values that were looked at are scored further. At first there is
   * none; what is in flight of it is dropped where there is no longer.
   */
  spare(is: boolean): void;
  /** Values that are to be scored when there is time, though nobody looked at them. */
  lookAhead(values: readonly number[]): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

/** The unit in flight. */
interface Step {
  readonly unit: Unit;
  /** Nobody asked for it. */
  readonly refines: boolean;
  /** Aborted when the unit is no longer wanted, and when no unit of its task is. */
  readonly controllers: { readonly unit: AbortController; readonly head: AbortController };
}

export function createLoop(workspace: Workspace, book: ScoreBook, events: LoopEvents): Loop {
  const engine = workspace.runtime.tensors.kind;
  let wanted: Demand | null = null;
  let current: Step | null = null;
  let running: Promise<void> | null = null;
  /** What was completed and told, and nothing else was in demand since. */
  let completed: Demand | null = null;
  let hasTime = false;
  let ahead: readonly number[] = [];
  /** Ends the pause that is being made. */
  let goOn: () => void = () => undefined;

  /** Gives others as much time as the batch took, or until something else is in demand. */
  const pause = async (batchMs: number): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      goOn = resolve;
      timer = setTimeout(resolve, batchMs);
    });
    clearTimeout(timer);
  };

  /** Scores a batch, and tells how many milliseconds that took. */
  const step = async ({ inputs }: Demand, unit: Unit, refines = false): Promise<number> => {
    const tell = refines ? () => undefined : events.onPreparing;
    const took = await inStep(unit, refines, async (signals) => {
      const begun = performance.now();
      const { model, task } = await workspace.prepare(inputs, unit, signals, tell);
      await scoreBatch(model, task, book.open(unit), signals.unit);
      return performance.now() - begun;
    });
    if (refines) events.onRefined?.(unit);
    else events.onCounted(unit);
    return took;
  };

  const inStep = async <T>(
    unit: Unit,
    refines: boolean,
    work: (signals: PrepareSignals) => Promise<T>,
  ): Promise<T> => {
    const controllers = { unit: new AbortController(), head: new AbortController() };
    current = { unit, refines, controllers };
    const signals = { unit: controllers.unit.signal, head: controllers.head.signal };
    try {
      return await workspace.exclusive(() => {
        signals.unit.throwIfAborted();
        return work(signals);
      });
    } finally {
      current = null;
    }
  };

  /** After models of other methods were scored: the next move of the slider is to be as quick as the one before. */
  const bringBack = async ({ inputs, scalingFactor, only }: Demand): Promise<void> => {
    const [unit] = mergedColumn(inputs, engine, scalingFactor);
    if (!unit || only || inputs.experts.length === 0 || !workspace.isDisplaced(inputs)) return;
    await inStep(unit, true, (signals) =>
      workspace.prepare(inputs, unit, signals, () => undefined),
    );
  };

  const run = async (): Promise<void> => {
    while (wanted) {
      const demand: Demand = wanted;
      const unit = nextUnit(demand, engine, book.find);
      try {
        if (unit) {
          const took = await step(demand, unit);
          if (events.hasOthers?.() && wanted === demand) await pause(took);
        } else {
          if (completed !== demand) await events.onComplete(demand);
          if (wanted === demand) {
            wanted = null;
            completed = demand;
            if (await refine(demand)) await events.onRest?.();
          }
        }
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

  /** Until something is in demand, or there is no time any more. Says whether anything was refined. */
  const refine = async (demand: Demand): Promise<boolean> => {
    for (let batches = 0; ; batches++) {
      const isFree = hasTime && completed === demand;
      const unit = isFree ? nextRefinement(demand, engine, book, ahead) : null;
      try {
        if (isFree && !unit) await bringBack(demand);
        if (!unit) return batches > 0;
        await step(demand, unit, true);
        await letMessagesIn();
      } catch {
        // Dropped, or not to be had: nobody waits for it.
        return batches > 0;
      }
    }
  };

  const start = (): void => {
    running ??= run().finally(() => {
      running = null;
      // A demand that came while the loop was ending starts it again.
      if (wanted) start();
    });
  };

  /** What is left of refining, where it had come to an end. */
  const goOnRefining = (): void => {
    if (!hasTime || wanted || completed === null) return;
    wanted = completed;
    start();
  };

  return {
    demand(next) {
      wanted = next;
      completed = null;
      goOn();
      book.hold(next ? [...columns(next, engine)].flat() : []);
      if (current) dropUnwanted(current, next);
      start();
    },
    spare(is) {
      hasTime = is;
      if (!is && current?.refines)
        current.controllers.unit.abort(new DOMException('later', 'AbortError'));
      goOnRefining();
    },
    lookAhead(values) {
      ahead = values;
      goOnRefining();
    },
    async idle() {
      while (running) await running;
    },
  };

  function dropUnwanted({ unit, controllers }: Step, next: Demand | null): void {
    const newer = new DOMException('a newer value came', 'AbortError');
    const tasks = next?.inputs.tasks ?? [];
    if (!next || !stillWanted(next, unit)) controllers.unit.abort(newer);
    const task = keyText(unit.task.key);
    if (!tasks.some(({ key }) => keyText(key) === task)) controllers.head.abort(newer);
  }

  function stillWanted(demand: Demand, { text }: Unit): boolean {
    for (const column of columns(demand, engine)) {
      if (column.some((unit) => unit.text === text)) return true;
    }
    return false;
  }
}
