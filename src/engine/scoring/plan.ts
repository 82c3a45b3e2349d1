/**
 * What to score next. The merged model at the slider's value comes first, then the sweep that was asked for, then the
 * columns it is compared with; within a column the task that is least far goes first, so that the first batches of
 * all tasks already give an average.
 */
import type { Tally } from '../../taskpool/tally';
import { type EngineKind, keyText, type ScoreKey, scoreText, type WeightsKey } from './keys';
import type { ScoringInputs, TaskInput } from './readiness';

export interface Unit {
  readonly key: ScoreKey;
  /** `key` as text. */
  readonly text: string;
  readonly task: TaskInput;
}

/** What is to be scored. */
export interface Demand {
  readonly inputs: ScoringInputs;
  readonly scalingFactor: number;
  /** Values still to be swept, in order. */
  readonly sweep: readonly number[];
}

/** The progress of a unit, undefined where it has not begun. */
export type TallyOf = (unit: Unit) => Tally | undefined;

/** The next unit to score a batch of, or null when everything in demand is complete. */
export function nextUnit(demand: Demand, engine: EngineKind, tallyOf: TallyOf): Unit | null {
  for (const column of columns(demand, engine)) {
    const open = column.filter((unit) => !tallyOf(unit)?.complete);
    if (open.length > 0) return leastFar(open, tallyOf);
  }
  return null;
}

/** The columns in demand, most urgent first. */
export function* columns(demand: Demand, engine: EngineKind): Generator<Unit[]> {
  const { inputs, scalingFactor, sweep } = demand;
  if (inputs.experts.length > 0) {
    for (const value of [scalingFactor, ...sweep]) yield mergedColumn(inputs, engine, value);
  }
  yield pretrainedColumn(inputs, engine);
  yield* expertColumns(inputs, engine);
}

export function mergedColumn(
  { tasks, key }: ScoringInputs,
  engine: EngineKind,
  scalingFactor: number,
): Unit[] {
  const weights: WeightsKey = { kind: 'merged', combination: key, scalingFactor };
  return tasks.map((task) => unitOf(engine, weights, task));
}

export function pretrainedColumn({ tasks, base }: ScoringInputs, engine: EngineKind): Unit[] {
  const weights: WeightsKey = { kind: 'pretrained', base: base.key };
  return tasks.map((task) => unitOf(engine, weights, task));
}

/** One column for each expert that has tasks of its own: its weights are loaded once for all of them. */
export function expertColumns({ tasks, base }: ScoringInputs, engine: EngineKind): Unit[][] {
  const byExpert = new Map<string, Unit[]>();
  for (const task of tasks) {
    if (!task.expert) continue;
    const expert = task.expert.key;
    const units = byExpert.get(keyText(expert)) ?? [];
    units.push(unitOf(engine, { kind: 'expert', base: base.key, expert }, task));
    byExpert.set(keyText(expert), units);
  }
  return [...byExpert.values()];
}

function unitOf(engine: EngineKind, weights: WeightsKey, task: TaskInput): Unit {
  const key: ScoreKey = { engine, weights, task: task.key };
  return { key, text: scoreText(key), task };
}

function leastFar(units: readonly Unit[], tallyOf: TallyOf): Unit {
  const progress = (unit: Unit) => {
    const tally = tallyOf(unit);
    return tally ? tally.next / unit.task.images.length : 0;
  };
  return units.reduce((least, unit) => (progress(unit) < progress(least) ? unit : least));
}
