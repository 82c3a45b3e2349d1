/**
 * What to score next. The merged model at the slider's value comes first, then the sweep that was asked for, then the
 * columns it is compared with; within a column the task that is least far goes first, so that the first batches of
 * all tasks already give an average.
 */
import type { Tally } from '../../taskpool/tally';
import type { ScoringInputs, TaskInput, WeightsId } from './inputs';

export interface Unit {
  readonly weights: WeightsId;
  readonly task: TaskInput;
}

export interface Demand {
  readonly inputs: ScoringInputs;
  readonly scalingFactor: number;
  /** Values still to be swept, in order. */
  readonly sweep: readonly number[];
}

/** The progress of a unit, 0 where it has not begun. */
export type TallyOf = (unit: Unit) => Tally | undefined;

/** The next unit to score a batch of, or null when everything in demand is complete. */
export function nextUnit(demand: Demand, tallyOf: TallyOf): Unit | null {
  for (const column of columns(demand)) {
    const open = column.filter((unit) => !tallyOf(unit)?.complete);
    if (open.length > 0) return leastFar(open, tallyOf);
  }
  return null;
}

/** The columns in demand, most urgent first. */
export function columns({ inputs, scalingFactor, sweep }: Demand): Unit[][] {
  const { tasks, experts } = inputs;
  const ofAll = (weights: WeightsId): Unit[] => tasks.map((task) => ({ weights, task }));
  const merged = experts.length > 0 ? [scalingFactor, ...sweep] : [];
  return [
    ...merged.map((value) => ofAll({ kind: 'merged', scalingFactor: value })),
    ofAll({ kind: 'pretrained' }),
    ...expertColumns(inputs),
  ];
}

/** One column for each expert that has tasks of its own: its weights are loaded once for all of them. */
export function expertColumns({ tasks }: ScoringInputs): Unit[][] {
  const byExpert = new Map<string, Unit[]>();
  for (const task of tasks) {
    if (task.expertId === null) continue;
    const units = byExpert.get(task.expertId) ?? [];
    units.push({ weights: { kind: 'expert', id: task.expertId }, task });
    byExpert.set(task.expertId, units);
  }
  return [...byExpert.values()];
}

function leastFar(units: readonly Unit[], tallyOf: TallyOf): Unit {
  const progress = (unit: Unit) => {
    const tally = tallyOf(unit);
    return tally ? tally.next / Math.max(1, unit.task.images.length) : 0;
  };
  return units.reduce((least, unit) => (progress(unit) < progress(least) ? unit : least));
}
