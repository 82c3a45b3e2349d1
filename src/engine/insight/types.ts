/** What the page asks of one task's pictures, and what it is told. Plain data: it crosses the worker boundary. */
import type { Guess } from '../../taskpool/classify';
import type { Calibration } from '../../taskpool/statistics/calibration';
import type { ConfusionCell } from '../../taskpool/statistics/confusion';

/** Models that a picture's predictions are compared between. */
export type ComparedModel = 'pretrained' | 'merged' | 'expert';

/**
 * What merging did to a picture: pretrained right and merged wrong, the other way round, the task's expert right and merged
 * wrong, or all models wrong.
 */
export type PictureGroup = 'all' | 'lost' | 'gained' | 'unlearned' | 'all wrong';

export interface PictureQuery {
  readonly group: PictureGroup;
  /** Of this class alone; null for all. */
  readonly label: number | null;
  /** Of those that remain, in the task's order, from this one on so many. */
  readonly offset: number;
  readonly limit: number;
}

/** What a model made of a picture. */
export interface PictureGuess {
  /** The most probable classes, the prediction first. */
  readonly top: readonly Guess[];
  readonly right: boolean;
  /** Of the merged model, where the picture is not scored at the present scaling factor: the nearest at which it is. */
  readonly at?: number;
}

export interface PictureView {
  /** Its place in the task. */
  readonly index: number;
  readonly name: string;
  readonly label: number;
  /** Null where it is not scored. */
  readonly guesses: Readonly<Record<ComparedModel, PictureGuess | null>>;
}

/** A model's figures beyond the accuracy, over the pictures that it was scored on. */
export interface ModelInsight {
  readonly scored: number;
  readonly correct: number;
  /** Pictures whose true class is among the five most probable. */
  readonly top5: number;
  readonly confusion: readonly ConfusionCell[];
  readonly calibration: Calibration;
}

export interface TaskInsight {
  /** How many pictures are in each group, whatever class is asked for. */
  readonly groups: Readonly<Record<PictureGroup, number>>;
  /** Pictures in the group and class that is asked for. */
  readonly total: number;
  readonly pictures: readonly PictureView[];
  /** Null where nothing of the model is scored. */
  readonly models: Readonly<Record<ComparedModel, ModelInsight | null>>;
}
