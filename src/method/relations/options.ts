/** How the relations of a pool's task vectors are computed. */

/**
 * Resolves when its turn has come, with a signal that is given when something else comes first: what is under way then is
 * dropped, and done again in another turn.
 */
export type TakeTurn = () => Promise<AbortSignal>;

export interface AnalysisOptions {
  readonly signal?: AbortSignal;
  /** What is done, and what is to be done in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called before every step; without it every step comes at once. */
  readonly turn?: TakeTurn;
}
