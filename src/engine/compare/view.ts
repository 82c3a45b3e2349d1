/** A comparison as the page shows it. */
import type { ComparedRow } from '../../program/compare/compare';
import type { SplitArguments } from '../../program/report';

export interface ComparisonView {
  readonly phase: 'comparing' | 'done';
  /** It was ended before the last row; another run goes on from there. */
  readonly stopped: boolean;
  /** Highest accuracy first; what failed last. */
  readonly rows: readonly ComparedRow[];
  /** Rows in all. */
  readonly of: number;
  /** What is being looked at; null where nothing is. */
  readonly step: {
    readonly title: string;
    readonly row: number;
    /** Null where none is tried. */
    readonly scalingFactor: number | null;
  } | null;
  /** Names of the tasks that were not split: half of their pictures were chosen by, in this comparison alone. */
  readonly halved: readonly string[];
  /** Why methods that look at pictures have no row: a sentence each. */
  readonly leftOut: readonly string[];
  /** Arguments of FusionBench's `train_validation_split` by task: the part that is returned is reported on. */
  readonly splits: Readonly<Record<string, SplitArguments>>;
}
