/** Merges that were pinned, and how two of them compare. Plain data: it crosses the worker boundary. */
import type { NamedMerge, NamedModel } from '../merge-types';
import type { AverageScore, HalfScore, Interval } from '../score-types';

/** A model of a pin: found by its id in this library, else by its sum, and by its name where no sum is known. */
export interface PinnedModel extends NamedModel {
  /** Null where the pin came in words, as a link's does. */
  readonly id: string | null;
}

/** A merge under a name: everything that decides its weights. */
export interface Pin extends NamedMerge {
  readonly id: string;
  readonly name: string;
  readonly pretrained: PinnedModel;
  readonly experts: readonly PinnedModel[];
}

/** A pin in words that hold in any library. */
export interface NamedPin {
  readonly name: string;
  readonly merge: NamedMerge;
}

/** A pin as the page shows it. */
export interface PinView {
  readonly pin: Pin;
  /** The same in words, with the sums that are known by now. */
  readonly named: NamedPin;
  /** Names of its models that are not in the library any more; such a pin has no scores. */
  readonly missing: readonly string[];
  /** It is what is merged now. */
  readonly present: boolean;
  /** By task id, of the pictures to report on; absent where nothing is scored. */
  readonly tasks: Readonly<Record<string, HalfScore>>;
  readonly average: AverageScore | null;
}

export type PinEdit =
  | { readonly type: 'rename'; readonly id: string; readonly name: string }
  | { readonly type: 'remove'; readonly id: string }
  /** Brings one back that was removed, to its place. */
  | { readonly type: 'put'; readonly pin: Pin; readonly index: number };

/** A pin's id; null for what is merged now. */
export type PairSide = string | null;

export interface Pair {
  readonly a: PairSide;
  readonly b: PairSide;
}

/** B less A, on the pictures that both have been scored on. */
export interface PairDifference {
  readonly pictures: number;
  /** Right by A alone, by B alone; and those for which the two predict another class. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly differing: number;
  /** Accuracies on these pictures, 0..1; unweighted means over tasks. */
  readonly a: number;
  readonly b: number;
  /** `b - a`, with its 95 % interval. */
  readonly difference: number;
  readonly interval: Interval;
  /** McNemar's exact test. */
  readonly pValue: number;
  /** What the test allows to say of B. */
  readonly verdict: string;
  /** These are all pictures there are. */
  readonly complete: boolean;
}

export interface PairComparison {
  /** By task id; absent where the two have no picture in common. */
  readonly tasks: Readonly<Record<string, PairDifference>>;
  /** Over the tasks above; null where there is none. */
  readonly average: PairDifference | null;
}
