/** How a task's pictures can be split, in words that page and library share. */

/** Shares to choose by that the page offers. */
export const SPLIT_SHARES = [0.2, 0.5] as const;
export type SplitShare = (typeof SPLIT_SHARES)[number];

export interface TaskSplitView {
  readonly share: SplitShare;
  /** Pictures to choose by, and to report on. */
  readonly choosing: number;
  readonly reporting: number;
  /** `random_seed` of FusionBench's `train_validation_split`, which gives the same pictures. */
  readonly seed: number;
}
