/** What computes for a while: sweeps, searches, comparisons; and what ends it. */
import type { Endings } from '../endings';
import { spokenComparison } from '../spoken';
import { type SweepRange, sweepValues } from '../sweep';
import type { EngineChoice, SearchName, TaskVectorDirections, TaskVectorRelations } from '../types';
import type { Acting } from './acting';
import type { Faders } from './faders';

export interface ComputingCommands {
  /** Scores this range, and takes it for the next sweep as well; the same as before without. */
  sweep(range?: SweepRange): Promise<void>;
  /** Finds the scaling factor or weights on the pictures to choose by. */
  search(name: SearchName): Promise<void>;
  /** How the experts' task vectors relate; null if that was stopped, or the engine could not tell. */
  compareTaskVectors(): Promise<TaskVectorRelations | null>;
  /** The same of the directions in which they change every matrix. */
  compareDirections(): Promise<TaskVectorDirections | null>;
  /** Compares every method that fits the pool, or goes on with a comparison that was stopped. */
  compare(): Promise<void>;
  /** Values that are to be scored when nothing else is. */
  lookAhead(values: readonly number[]): Promise<void>;
  stop(): Promise<void>;
  cancel(jobId: string): Promise<void>;
  chooseEngine(choice: EngineChoice): Promise<void>;
}

export interface ComputingPort extends Acting {
  readonly endings: Endings;
  readonly history: Faders['history'];
}

export function createComputingCommands(port: ComputingPort): ComputingCommands {
  const { store, engine, attempt, run, nextJob } = port;
  const { timed } = port.endings;
  return {
    sweep: (range = store.getState().sweep) => {
      store.setState({ sweep: range });
      return run(() => engine().sweep(sweepValues(range), range.pictures));
    },
    search: (name) =>
      run(() =>
        timed('The search', () =>
          port.history.track('search', () => engine().search(nextJob(), name)),
        ),
      ),
    compareTaskVectors: () =>
      attempt(
        () => timed('The comparison of task vectors', () => engine().compareTaskVectors(nextJob())),
        null,
      ),
    compareDirections: () =>
      attempt(
        () => timed('The comparison of directions', () => engine().compareDirections(nextJob())),
        null,
      ),
    compare: () =>
      run(async () => {
        await timed('The comparison', () => engine().compare(nextJob()));
        const { comparison } = store.getState().snapshot ?? {};
        if (comparison) port.announce(spokenComparison(comparison));
      }),
    lookAhead: (values) => run(() => engine().lookAhead(values)),
    stop: () => run(() => engine().stop()),
    cancel: (jobId) => run(() => engine().cancel(jobId)),
    chooseEngine: (choice) => run(() => engine().chooseEngine(choice)),
  };
}
