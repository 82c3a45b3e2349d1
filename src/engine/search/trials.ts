/**
 * Models that are looked at one after the other, on some pictures and nothing else: what a search or a comparison has in demand
 * while it goes on. One of them at a time.
 */
import { CompatibilityError, ConfigError } from '../../errors';
import type { ScoredTask } from '../../program/search/halves';
import type { ScoringPhase } from '../scoring/board';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import { type ColumnName, type Demand, hasAll, onlyColumn } from '../scoring/plan';
import type { ScoringInputs } from '../scoring/readiness';

/** A model, and the pictures by task id that it is looked at on. */
export interface Trial {
  readonly inputs: ScoringInputs;
  readonly scalingFactor: number;
  readonly rows: ReadonlyMap<string, readonly number[]>;
  /** The merged model unless told. */
  readonly column?: ColumnName;
}

export interface Trials {
  /** @throws ConfigError while something else has them; `what` is for people: `A search` */
  begin(what: string): void;
  end(): void;
  /**
   * Has the loop score a model; in the order of the tasks. Null where that was stopped before it was done.
   * @throws CompatibilityError with what scoring failed with
   */
  score(trial: Trial): Promise<readonly ScoredTask[] | null>;
  /** The same where it is known; null where it is not. */
  known(trial: Trial): readonly ScoredTask[] | null;
  /** Has a search or a comparison begun that has not ended? */
  goesOn(): boolean;
  /** Ends the trial that goes on, and refuses all others until the next `begin`. */
  stop(): void;
  /** What is to be scored instead of what is on the page; null while nothing is tried. */
  demand(): Demand | null;
  /** Something was scored, or failed. */
  look(phase: ScoringPhase): void;
}

export interface TrialsParts {
  readonly book: ScoreBook;
  readonly kind: () => EngineKind;
  /** Something else is in demand. */
  readonly onDemand: () => void;
}

interface Running {
  readonly trial: Trial;
  readonly demand: Demand;
  readonly settle: (ended: 'scored' | 'stopped' | Error) => void;
}

export function createTrials({ book, kind, onDemand }: TrialsParts): Trials {
  let holder: string | null = null;
  let stopped = false;
  let running: Running | null = null;

  const known = (trial: Trial): readonly ScoredTask[] | null => {
    const { inputs, rows } = trial;
    const scored = new Map<string, ScoredTask>();
    for (const unit of onlyColumn(demandFor(trial), kind())) {
      const tally = book.find(unit);
      const wanted = rows.get(unit.task.id) ?? [];
      if (!hasAll(tally, wanted)) return null;
      scored.set(unit.task.id, { labels: unit.task.labels, tally, rows: wanted });
    }
    return inputs.tasks.flatMap(({ id }) => scored.get(id) ?? []);
  };

  return {
    begin(what) {
      if (holder !== null) throw new ConfigError(`${holder} goes on already. Stop it first.`);
      holder = what;
      stopped = false;
    },
    end() {
      holder = null;
      running = null;
      onDemand();
    },
    async score(trial) {
      if (stopped) return null;
      const there = known(trial);
      if (there) return there;
      const ended = await new Promise<'scored' | 'stopped' | Error>((settle) => {
        running = { trial, demand: demandFor(trial), settle };
        onDemand();
      });
      running = null;
      if (ended instanceof Error) throw ended;
      return ended === 'scored' ? known(trial) : null;
    },
    known,
    goesOn: () => holder !== null,
    stop() {
      stopped = true;
      running?.settle('stopped');
    },
    demand: () => running?.demand ?? null,
    look({ phase, text }) {
      if (!running) return;
      if (phase === 'failed') running.settle(new CompatibilityError(text));
      else if (known(running.trial)) running.settle('scored');
    },
  };
}

function demandFor({ inputs, scalingFactor, rows, column }: Trial): Demand {
  return { inputs, scalingFactor, sweep: [], only: rows, ...(column && { column }) };
}
