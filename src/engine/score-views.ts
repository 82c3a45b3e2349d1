/** What the page sees of scores: the table, the curve, and how far they are. */
import type { AverageScore, HalfScore, Interval } from './score-types';

export interface TaskScore {
  readonly taskId: string;
  /** Images scored so far and in all. */
  readonly scored: number;
  readonly total: number;
  readonly correct: number;
  /** `correct / scored`, top-1, 0..1. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** FusionBench's loss (batches of 128, unweighted); null until all images are scored. */
  readonly loss: number | null;
  /** Mean cross-entropy over samples scored so far. */
  readonly sampleLoss: number;
  /** Per class in label order: images scored, images right. */
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  /** Of a task that is split: all of the above is of the pictures to report on, and this of those to choose by. */
  readonly choosing?: HalfScore;
}

/** One column of the table "Accuracy by task". */
export interface ScoreColumn {
  /** By task id; absent where nothing is scored (yet), or where a task has no own expert. */
  readonly tasks: Readonly<Record<string, TaskScore>>;
  readonly average: AverageScore | null;
  /** The mean over the same tasks on the pictures to choose by; absent unless each of them is split. */
  readonly choosing?: AverageScore;
}

/** The merged model's accuracy less the pretrained one's, both on the very same pictures. */
export interface ScoreChange {
  /** -1..1. */
  readonly accuracy: number;
  /** How many pictures those are. */
  readonly pictures: number;
  /** These are all there are; until then it is provisional. */
  readonly complete: boolean;
}

export interface ScoreChanges {
  /** By task id; absent while the two have no picture in common. */
  readonly tasks: Readonly<Record<string, ScoreChange>>;
  /** Unweighted mean over the tasks of the merged column; null until each of them has its change. */
  readonly average: ScoreChange | null;
}

/** The curve on a part of the pictures, the same for all of its points. */
export interface CurveSample {
  /** How many pictures those are, of all tasks together. */
  readonly pictures: number;
  /** Ascending. */
  readonly points: readonly { readonly scalingFactor: number; readonly accuracy: number }[];
}

/** A point of the plot of accuracy over scaling factor. */
export interface CurvePoint {
  readonly scalingFactor: number;
  readonly average: AverageScore;
  /** Its average on the pictures to choose by, where every task is split. */
  readonly choosing?: AverageScore;
  /** Accuracy by task id. */
  readonly tasks: Readonly<Record<string, number>>;
}

/** A value that was looked at and that some pictures are still missing of. */
export interface OpenPoint {
  readonly scalingFactor: number;
  /** Unweighted mean over all tasks, of the pictures scored so far. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Pictures scored so far and in all, of all tasks together. */
  readonly pictures: number;
  readonly of: number;
}

export interface ScoreBoard {
  readonly pretrained: ScoreColumn;
  readonly merged: ScoreColumn;
  readonly expert: ScoreColumn;
  readonly change: ScoreChanges;
  /** Completed points only, ascending. */
  readonly curve: readonly CurvePoint[];
  /** Values other than the one on screen that are not complete, ascending. */
  readonly open: readonly OpenPoint[];
  /** What a sweep saw of values that are not complete, with those that are; null where there are none. */
  readonly sample: CurveSample | null;
  /** Values of the sweep: those of which the sample is scored, those that are done, all. */
  readonly sweep: {
    readonly sampled: number;
    readonly done: number;
    readonly of: number;
    /** Of each task so many pictures are scored, or all where there are fewer; null for all. */
    readonly pictures: number | null;
  } | null;
  /** `complete` means every column is: nothing else does. */
  readonly phase: 'idle' | 'preparing' | 'scoring' | 'complete' | 'stopped' | 'failed';
  /** Text of the status line. When complete: `Scored N of N images`. */
  readonly status: string;
  /** Whole seconds until what the status line speaks of is done; null while it cannot be told. */
  readonly secondsLeft: number | null;
  /** Images of the merged column scored so far, and in all. */
  readonly scored: number;
  readonly total: number;
  /** What stopped it, for people, when `failed`. */
  readonly failure: string | null;
}
