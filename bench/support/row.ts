/** What a suite of benchmarks found, side by side with its reference. */
import type { Spread } from './spread';

export interface Row {
  readonly work: string;
  readonly unit: 's' | 'images/s' | 'MB' | 'kB';
  readonly ours: Spread;
  /** The same work by others, in the same rounds. */
  readonly references: readonly Reference[];
}

export interface Reference {
  readonly name: string;
  readonly measured: Spread;
  /** Ours divided by theirs, round by round. */
  readonly ratio: Spread;
  /** At most for seconds and bytes, at least for images per second. */
  readonly wanted?: number;
}

export interface Section {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly text: string;
  readonly rows: readonly Row[];
  /** What was left out, and why. */
  readonly omitted: readonly string[];
}

/** What every suite is handed. */
export interface SuiteContext {
  /** To work in; kept from run to run where the user names it. */
  readonly folder: string;
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

export type Suite = (context: SuiteContext) => Promise<Section>;

/** By how much a goal is missed, as a factor of the goal; null where it is met or there is none. */
export function missedBy({ unit }: Row, { ratio, wanted }: Reference): number | null {
  if (wanted === undefined) return null;
  const factor = unit === 'images/s' ? wanted / ratio.median : ratio.median / wanted;
  return factor > 1 ? factor : null;
}
