/**
 * What to score next: a first number soon, then what it is compared with, then everything. The merged model at the
 * slider's value gives the first batch of every task, then the pretrained model on the same pictures; then the merged
 * model is completed, then the sweep that was asked for, which goes through a sample from coarse to fine before any of its
 * values is completed; then the columns to compare with. Within a column the task that is least far goes first, so that
 * the first batches of all tasks already give an average.
 */
import type { Tally } from '../../taskpool/tally';
import { type EngineKind, keyText, type ScoreKey, scoreText, type WeightsKey } from './keys';
import { scoringOrder } from './order';
import type { ScoringInputs, TaskInput } from './readiness';

export interface Unit {
  readonly key: ScoreKey;
  /** `key` as text. */
  readonly text: string;
  readonly task: TaskInput;
  /** The pictures that are wanted of it, where that is not all of them. */
  readonly rows?: readonly number[];
}

/** What is to be scored. */
export interface Demand {
  readonly inputs: ScoringInputs;
  readonly scalingFactor: number;
  /** Values still to be swept, in order. */
  readonly sweep: readonly number[];
  /** Of each task so many pictures are enough for the sweep; all where there are fewer, or without this. */
  readonly sweepPictures?: number;
  /** A search looks at one model on these pictures, by task id, and at nothing else meanwhile. */
  readonly only?: ReadonlyMap<string, readonly number[]>;
  /** Which model that is; the merged one where it is missing. */
  readonly column?: ColumnName;
}

export type ColumnName = 'merged' | 'pretrained' | 'expert' | 'ensemble';

/** The progress of a unit, undefined where it has not begun. */
export type TallyOf = (unit: Unit) => Tally | undefined;

/** A sweep's first look, pictures of each task: enough to see the curve's shape, few enough to have it in seconds. */
export const SAMPLE = 64;

/** The next unit to score a batch of, or null when everything in demand is complete. */
export function nextUnit(demand: Demand, engine: EngineKind, tallyOf: TallyOf): Unit | null {
  if (demand.only) return nextOnly(demand, demand.only, engine, tallyOf);
  for (const { column, pictures } of stages(demand, engine)) {
    const open = column.filter((unit) => !isThere(unit.task, tallyOf(unit), pictures));
    if (open.length > 0) return leastFar(open, tallyOf);
  }
  return null;
}

/** Has every task of what the slider moves given its first batch? */
export function hasFirstNumber(demand: Demand, engine: EngineKind, tallyOf: TallyOf): boolean {
  if (demand.only) return true;
  const [first] = stages(demand, engine);
  return first?.column.every((unit) => isThere(unit.task, tallyOf(unit), 1)) ?? true;
}

/** Has it counted so many pictures, or all there are? Of a task that is split, those that come first. */
export function isThere(
  task: TaskInput,
  tally: Tally | undefined,
  pictures: number,
): tally is Tally {
  if (!tally || tally.complete) return tally !== undefined;
  if (!task.split || pictures > task.labels.length) return tally.next >= pictures;
  return hasAll(tally, scoringOrder(task).slice(0, pictures));
}

/** Is it done with all of these pictures? */
export function hasAll(tally: Tally | undefined, rows: readonly number[]): tally is Tally {
  return tally?.complete || (tally !== undefined && rows.every((row) => tally.has(row)));
}

/** What a search looks at: a unit of each task, those of one expert one after the other. */
export function onlyColumn(
  { inputs, scalingFactor, column = 'merged' }: Demand,
  engine: EngineKind,
): Unit[] {
  switch (column) {
    case 'merged':
      return mergedColumn(inputs, engine, scalingFactor);
    case 'pretrained':
      return pretrainedColumn(inputs, engine);
    case 'expert':
      return expertColumns(inputs, engine).flat();
    case 'ensemble':
      return ensembleColumn(inputs, engine);
  }
}

function nextOnly(
  demand: Demand,
  only: ReadonlyMap<string, readonly number[]>,
  engine: EngineKind,
  tallyOf: TallyOf,
): Unit | null {
  for (const unit of onlyColumn(demand, engine)) {
    const rows = only.get(unit.task.id) ?? [];
    if (!hasAll(tallyOf(unit), rows) && rows.length > 0) return { ...unit, rows };
  }
  return null;
}

interface Stage {
  readonly column: Unit[];
  /** Of each task, at least. */
  readonly pictures: number;
}

/** What is scored one after the other, and how far. */
function* stages(demand: Demand, engine: EngineKind): Generator<Stage> {
  const all = (column: Unit[]): Stage => ({ column, pictures: Number.POSITIVE_INFINITY });
  const { inputs, scalingFactor, sweep, sweepPictures = Number.POSITIVE_INFINITY } = demand;
  if (inputs.experts.length > 0) {
    const merged = mergedColumn(inputs, engine, scalingFactor);
    yield { column: merged, pictures: 1 };
    yield { column: pretrainedColumn(inputs, engine), pictures: 1 };
    yield all(merged);
    const swept = coarseToFine(sweep).map((value) => mergedColumn(inputs, engine, value));
    for (const column of swept) yield { column, pictures: Math.min(SAMPLE, sweepPictures) };
    for (const column of swept) yield { column, pictures: sweepPictures };
  }
  yield all(pretrainedColumn(inputs, engine));
  for (const column of expertColumns(inputs, engine)) yield all(column);
}

/** Both ends, then always the middles of what lies between those before: wherever it is stopped, it has gone all over. */
export function coarseToFine<T>(values: readonly T[]): T[] {
  const last = values.length - 1;
  const order = new Set([0, last]);
  const gaps: [number, number][] = [[0, last]];
  for (let gap = gaps.shift(); gap; gap = gaps.shift()) {
    const [low, high] = gap;
    const middle = Math.floor((low + high) / 2);
    if (middle <= low) continue;
    order.add(middle);
    gaps.push([low, middle], [middle, high]);
  }
  return [...order].flatMap((at) => (at in values ? [values[at] as T] : []));
}

/** How many pictures of the unit are in demand: all, but where only a sweep with fewer asks for it. */
export function picturesOf(
  { scalingFactor, sweepPictures = Number.POSITIVE_INFINITY }: Demand,
  unit: Unit,
): number {
  const { weights } = unit.key;
  const isSwept = weights.kind === 'merged' && weights.scalingFactor !== scalingFactor;
  return Math.min(unit.task.images.length, isSwept ? sweepPictures : Number.POSITIVE_INFINITY);
}

/** The columns in demand: each once, those first that are completed first. */
export function* columns(demand: Demand, engine: EngineKind): Generator<Unit[]> {
  const { inputs, scalingFactor, sweep } = demand;
  if (demand.only) {
    yield onlyColumn(demand, engine);
    return;
  }
  if (inputs.experts.length > 0) {
    for (const value of [scalingFactor, ...coarseToFine(sweep)])
      yield mergedColumn(inputs, engine, value);
  }
  yield pretrainedColumn(inputs, engine);
  yield* expertColumns(inputs, engine);
}

export function mergedColumn(
  { tasks, key, layers }: ScoringInputs,
  engine: EngineKind,
  scalingFactor: number,
): Unit[] {
  const weights: WeightsKey = {
    kind: 'merged',
    combination: key,
    scalingFactor,
    ...(layers && { layers }),
  };
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

export function ensembleColumn({ tasks, base, key }: ScoringInputs, engine: EngineKind): Unit[] {
  const experts = key.experts.map(({ source }) => source);
  const weights: WeightsKey = { kind: 'ensemble', base: base.key, experts };
  return tasks.map((task) => unitOf(engine, weights, task));
}

function unitOf(engine: EngineKind, weights: WeightsKey, task: TaskInput): Unit {
  const key: ScoreKey = { engine, weights, task: task.key };
  return { key, text: scoreText(key), task };
}

/** The unit that has counted the least share of its pictures; the first of equals. */
export function leastFar(units: readonly Unit[], tallyOf: TallyOf): Unit {
  const progress = (unit: Unit) => {
    const tally = tallyOf(unit);
    return tally ? tally.next / unit.task.images.length : 0;
  };
  return units.reduce((least, unit) => (progress(unit) < progress(least) ? unit : least));
}
