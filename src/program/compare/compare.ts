/**
 * Compares methods, each at its own best scaling factor: that is found on the pictures to choose by, and what it is worth is
 * said of the others. One model after the other; whoever scores keeps the scores, so that a comparison that was stopped goes on.
 */
import { CompatibilityError, ConfigError, DeviceError } from '../../errors';
import type { MethodOptions } from '../../method/options';
import type { PairedDifference } from '../../taskpool/statistics/paired';
import {
  type HalfFigures,
  halfFigures,
  meanLoss,
  pairedOn,
  type ScoredTask,
  verdict,
} from '../search/halves';
import { LAMBDA_PLAN, type LambdaPlan, search } from '../search/search';
import { defaultFactor, type Entry, entryName, entryTitle, type MethodEntry } from './entries';

export type HalfName = 'choosing' | 'reporting';

/** Methods differ in where their best factor is, so that a comparison looks further than a search for one of them. */
export const COMPARE_PLAN: LambdaPlan = { ...LAMBDA_PLAN, evaluations: 14, reach: 8 };

/** Of each task so many pictures are chosen by at most: every method is scored at a dozen values. */
export const COMPARE_SAMPLE = 256;

/** Set apart of a task that is not split otherwise. */
export const COMPARE_SHARE = 0.5;

export interface ComparedTask {
  readonly task: string;
  readonly pictures: number;
  readonly correct: number;
  readonly accuracy: number;
}

export interface ComparedRow {
  readonly kind: Entry['kind'];
  /** FusionBench's class name, or the kind. */
  readonly name: string;
  readonly title: string;
  /** What was told of the method's options, and all of them. */
  readonly told: MethodOptions;
  readonly options: MethodOptions;
  /** Null for what has none. */
  readonly scalingFactor: number | null;
  /** Scaling factors that were tried; 0 for what has none. */
  readonly tried: number;
  /** On the pictures to choose by; null for what no method merges. */
  readonly choosing: HalfFigures | null;
  /** On the pictures to report on; null where the method failed. */
  readonly reporting: HalfFigures | null;
  /** The same task by task. */
  readonly tasks: readonly ComparedTask[];
  /** Of this model less task arithmetic, on the pictures to report on; null for task arithmetic itself. */
  readonly difference: PairedDifference | null;
  /** What the difference allows to say. */
  readonly verdict: string | null;
  /** What the method has the least loss with, of all methods, on the pictures to choose by. */
  readonly chosen: boolean;
  /** Time that it took; next to nothing where its scores were kept. */
  readonly seconds: number;
  /** Why it could not be merged or scored. */
  readonly failure: string | null;
}

/** What a row is being made of. */
export interface ComparisonStep {
  readonly title: string;
  /** Which row, of how many, from 1. */
  readonly row: number;
  readonly of: number;
  /** The factor that is tried; null where none is. */
  readonly scalingFactor: number | null;
  /** Share of the whole comparison that is done. */
  readonly share: number;
}

export interface Comparing {
  readonly entries: readonly Entry[];
  /** In the order in which `score` gives them. */
  readonly tasks: readonly string[];
  /** Pictures of each half, of all tasks together, and experts: what a comparison's time is divided by. */
  readonly sizes: Readonly<Record<HalfName, number>> & { readonly experts: number };
  readonly plan?: LambdaPlan;
  /** Scores a model on every task; null ends the comparison with the rows it has. What it throws of the named errors is the row's failure. */
  score(entry: Entry, scalingFactor: number, half: HalfName): Promise<readonly ScoredTask[] | null>;
  onStep?(step: ComparisonStep): void;
  /** Another row is there; all so far in the order in which they were made. */
  onRows?(rows: readonly ComparedRow[]): void | Promise<void>;
  /** Milliseconds. */
  now?(): number;
}

export interface Compared {
  readonly rows: readonly ComparedRow[];
  /** It was ended before the last row. */
  readonly stopped: boolean;
}

/** Of one entry. */
interface Measured {
  readonly scalingFactor: number | null;
  readonly tried: number;
  readonly choosing: readonly ScoredTask[] | null;
  readonly reporting: readonly ScoredTask[];
}

interface Made {
  readonly entry: Entry;
  readonly measured: Measured | null;
  readonly failure: string | null;
  readonly seconds: number;
}

/** @throws what the first method failed with: the others are held against it; and what is no named error */
export async function compareModels(comparing: Comparing): Promise<Compared> {
  const { entries, now = () => performance.now() } = comparing;
  const made: Made[] = [];
  const rows = () => rowsOf(made, comparing.tasks);
  for (const [place, entry] of entries.entries()) {
    const begun = now();
    let measured: Measured | null = null;
    let failure: string | null = null;
    try {
      measured = await measure(comparing, entry, place);
      if (!measured) return { rows: rows(), stopped: true };
      requirePictures(measured, comparing.tasks);
    } catch (error) {
      if (place === 0 || !isNamed(error)) throw error;
      failure = error.message;
    }
    made.push({ entry, measured, failure, seconds: (now() - begun) / 1000 });
    await comparing.onRows?.(rows());
  }
  return { rows: rows(), stopped: false };
}

/** Null where it was stopped. */
async function measure(
  comparing: Comparing,
  entry: Entry,
  place: number,
): Promise<Measured | null> {
  const { entries, sizes, score, onStep, plan = COMPARE_PLAN } = comparing;
  const costs = entries.map((each) => costOf(each, sizes, plan));
  const sum = (list: readonly number[]) => list.reduce((total, cost) => total + cost, 0);
  const before = sum(costs.slice(0, place));
  const step = (scalingFactor: number | null, done: number) =>
    onStep?.({
      title: entryTitle(entry),
      row: place + 1,
      of: entries.length,
      scalingFactor,
      share: (before + Math.min(done, costs[place] ?? 0)) / sum(costs),
    });
  if (entry.kind !== 'method') {
    step(null, 0);
    const reporting = await score(entry, 1, 'reporting');
    return reporting && { scalingFactor: null, tried: 0, choosing: null, reporting };
  }
  if (entry.method.kind !== 'task vector') {
    step(null, 0);
    const choosing = await score(entry, 1, 'choosing');
    step(null, sizes.choosing);
    const reporting = choosing && (await score(entry, 1, 'reporting'));
    return reporting && { scalingFactor: null, tried: 0, choosing, reporting };
  }
  const found = await bestFactor(entry, plan, async (factor, tried) => {
    step(factor, tried * sizes.choosing);
    return score(entry, factor, 'choosing');
  });
  if (!found) return null;
  step(found.scalingFactor, plan.evaluations * sizes.choosing);
  const reporting = await score(entry, found.scalingFactor, 'reporting');
  return reporting && { ...found, reporting };
}

/**
 * The factor with the least loss. A value with which the model cannot be scored, as its output is not finite, is none.
 * @returns null where it was stopped
 */
async function bestFactor(
  { method }: MethodEntry,
  plan: LambdaPlan,
  score: (factor: number, tried: number) => Promise<readonly ScoredTask[] | null>,
): Promise<(Omit<Measured, 'reporting'> & { readonly scalingFactor: number }) | null> {
  const scored = new Map<number, readonly ScoredTask[]>();
  let failure: unknown;
  let tried = 0;
  const start = { scalingFactor: defaultFactor(method), weights: [] };
  const found = await search(plan, start, async ({ scalingFactor }) => {
    try {
      const tasks = await score(scalingFactor, tried++);
      if (!tasks) return null;
      scored.set(scalingFactor, tasks);
      return meanLoss(tasks);
    } catch (error) {
      // The first value: what is wrong is not the value.
      if (tried === 1 || !isNamed(error)) throw error;
      failure = error;
      return Number.POSITIVE_INFINITY;
    }
  });
  if (!found || found.stopped) return null;
  const { scalingFactor } = found.best.value;
  const choosing = scored.get(scalingFactor);
  if (!choosing) throw failure;
  return { scalingFactor, tried: found.all.length, choosing };
}

/** Pictures that a row takes, about. */
function costOf(
  entry: Entry,
  { choosing, reporting, experts }: Comparing['sizes'],
  plan: LambdaPlan,
) {
  if (entry.kind === 'ensemble') return experts * reporting;
  if (entry.kind !== 'method') return reporting;
  return (entry.method.kind === 'task vector' ? plan.evaluations : 1) * choosing + reporting;
}

/** The first row is what the others are held against. */
function rowsOf(made: readonly Made[], tasks: readonly string[]): ComparedRow[] {
  const baseline = made[0]?.measured?.reporting;
  const rows = made.map(({ entry, measured, failure, seconds }, place): ComparedRow => {
    const reporting = measured?.reporting;
    const difference = place > 0 && baseline && reporting ? pairedOn(baseline, reporting) : null;
    const isMethod = entry.kind === 'method';
    return {
      kind: entry.kind,
      name: entryName(entry),
      title: entryTitle(entry),
      told: isMethod ? entry.told : {},
      options: isMethod ? entry.options : {},
      scalingFactor: measured?.scalingFactor ?? null,
      tried: measured?.tried ?? 0,
      choosing: measured?.choosing ? halfFigures(measured.choosing) : null,
      reporting: reporting ? halfFigures(reporting) : null,
      tasks: reporting ? reporting.map((task, i) => comparedTask(tasks[i] ?? '', task)) : [],
      difference,
      verdict: difference && verdict(difference, 'task arithmetic'),
      chosen: false,
      seconds,
      failure,
    };
  });
  const least = rows.reduce<ComparedRow | null>(
    (best, row) =>
      row.choosing && row.choosing.loss < (best?.choosing?.loss ?? Number.POSITIVE_INFINITY)
        ? row
        : best,
    null,
  );
  return rows.map((row) => (row === least ? { ...row, chosen: true } : row));
}

function comparedTask(name: string, task: ScoredTask): ComparedTask {
  const { pictures, accuracy } = halfFigures([task]);
  return { task: name, pictures, correct: Math.round(accuracy * pictures), accuracy };
}

/** A mean over tasks needs something of each. */
function requirePictures({ choosing, reporting }: Measured, names: readonly string[]): void {
  for (const [half, tasks] of [
    ['to choose by', choosing ?? []],
    ['to report on', reporting],
  ] as const) {
    for (const [i, task] of tasks.entries()) {
      if (Number.isFinite(meanLoss([task]))) continue;
      throw new CompatibilityError(
        `None of the pictures of ${names[i]} ${half} can be scored. Exclude the task, or add pictures to it.`,
      );
    }
  }
}

function isNamed(error: unknown): error is Error {
  return (
    error instanceof CompatibilityError ||
    error instanceof ConfigError ||
    error instanceof DeviceError
  );
}

/** Highest accuracy first; what failed last. */
export function bestFirst(rows: readonly ComparedRow[]): ComparedRow[] {
  const accuracy = (row: ComparedRow) => row.reporting?.accuracy ?? -1;
  return rows.toSorted((a, b) => accuracy(b) - accuracy(a));
}
