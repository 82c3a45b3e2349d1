/**
 * Whose turn it is of what nobody asked for. All of it waits for whatever is imported, written or read (the jobs); hashing waits for
 * scoring as well, and keeping for both.
 */
import { HASHING } from '../pool/hashing';
import { MEASURING } from '../pool/measuring';
import type { ScoringPhase } from '../scoring/board';
import { KEEPING } from '../scoring/combinations';

export interface Business {
  readonly phase: ScoringPhase['phase'];
  /** Ids of the jobs that are listed. */
  readonly jobs: readonly string[];
  /** Is a browser likely to be copying a file that was given out? */
  readonly isCopied: boolean;
  /** Is something to be measured, or a picture to be tried? */
  readonly isPending: boolean;
  /** Are there threads that hash? Only beside those can this one measure. */
  readonly hashesInThreads: boolean;
}

/** Who may go on. */
export interface Turns {
  readonly hashes: boolean;
  /** Keeping what was combined for the next visit. */
  readonly keeps: boolean;
  /** Scoring of values that nobody waits for. */
  readonly refines: boolean;
}

export function turnsOf(business: Business): Turns {
  const { phase, jobs, isCopied, isPending, hashesInThreads } = business;
  const isScoring = phase === 'preparing' || phase === 'scoring';
  const isQuietBut = (...names: readonly string[]) =>
    !isCopied && jobs.every((id) => names.some((name) => id.startsWith(name)));
  const beside = hashesInThreads ? [HASHING, KEEPING, MEASURING] : [HASHING, KEEPING];
  return {
    hashes: !isScoring && isQuietBut(...beside),
    keeps: phase === 'complete' && isQuietBut(KEEPING),
    refines: isQuietBut() && !isPending,
  };
}
