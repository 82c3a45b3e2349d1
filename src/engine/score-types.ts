/** Figures that cross the thread boundary, in the words of more than one part of the engine. */

/** 95 % interval, both ends in 0..1. */
export type Interval = readonly [low: number, high: number];

/** A model on some pictures of a task, such as those to choose by. */
export interface HalfScore {
  readonly scored: number;
  readonly total: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly interval: Interval;
}

export interface AverageScore {
  /** Unweighted mean over the tasks that have a score. */
  readonly accuracy: number;
  readonly interval: Interval;
  readonly tasks: number;
  /** All of their images are scored. */
  readonly complete: boolean;
}
