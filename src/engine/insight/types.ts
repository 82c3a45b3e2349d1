/** What the page asks of one task's pictures, and what it is told. Plain data: it crosses the worker boundary. */
import type { Classification } from '../../taskpool/classification';
import type { Guess } from '../../taskpool/classify';
import type { Pair } from '../pins/types';

/** Models that a picture's predictions are compared between. */
export type ComparedModel = 'pretrained' | 'merged' | 'expert';

/** Two merges that are held against each other. */
export type PairName = 'a' | 'b';

/**
 * What merging did to a picture: pretrained right and merged wrong, the other way round, the task's expert right and merged
 * wrong, or all models wrong.
 */
export type PictureGroup = 'all' | 'lost' | 'gained' | 'unlearned' | 'all wrong';

/** What two merges that are compared make of a picture: right by A alone, by B alone, or predicted as another class by each. */
export type PairGroup = 'only a' | 'only b' | 'differing';

export interface PictureQuery {
  readonly group: PictureGroup | PairGroup;
  /** The merges that are compared, for the groups that need them. */
  readonly pair?: Pair;
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
  /** Null where it is not scored; those of a pair are absent where none was asked about. */
  readonly guesses: PictureGuesses;
}

export type PictureGuesses = Readonly<Record<ComparedModel, PictureGuess | null>> &
  Readonly<Partial<Record<PairName, PictureGuess | null>>>;

/** A model's figures beyond the accuracy, over the pictures that it was scored on. */
export type ModelInsight = Classification;

export interface TaskInsight {
  /** How many pictures are in each group, whatever class is asked for; those of a pair where one was asked about. */
  readonly groups: Readonly<Record<PictureGroup, number>> &
    Readonly<Partial<Record<PairGroup, number>>>;
  /** Pictures in the group and class that is asked for. */
  readonly total: number;
  readonly pictures: readonly PictureView[];
  /** Null where nothing of the model is scored. */
  readonly models: Readonly<Record<ComparedModel, ModelInsight | null>>;
}

/** A picture, by its task and its place there. */
export interface PicturePlace {
  readonly taskId: string;
  readonly index: number;
}

/**
 * What becomes of a picture as the scaling factor rises: wrong, then right, then wrong again; wrong, then right; or right, then
 * wrong.
 */
export type StoryKind = 'turns' | 'gained' | 'lost';

export interface PictureStory extends PicturePlace {
  readonly label: number;
  readonly kind: StoryKind;
  readonly pretrained: PictureGuess;
  /** Where it is scored, by scaling factors above 0, ascending. */
  readonly merged: readonly { readonly scalingFactor: number; readonly guess: PictureGuess }[];
}
