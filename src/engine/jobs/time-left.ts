/** How long something still takes, told from how far it came: honest, or not told at all. */

/** Before that, the first pictures or the first megabytes say little about the rest. */
const LEAST_ELAPSED_MS = 2000;
const LEAST_SHARE = 0.02;

export interface Clock {
  /** Whole seconds that are left once `share` (0..1) is done; null while it cannot be told. */
  secondsLeft(share: number | null): number | null;
}

/**
 * Starts counting. `share` may begin above 0 (a score that goes on where it stopped): only what was done since counts.
 *
 * @param now milliseconds
 */
export function startClock(share: number, now: () => number = Date.now): Clock {
  const begun = now();
  return {
    secondsLeft(reached) {
      if (reached === null) return null;
      const elapsed = now() - begun;
      const done = reached - share;
      if (elapsed < LEAST_ELAPSED_MS || done < LEAST_SHARE) return null;
      return Math.ceil(((1 - reached) * elapsed) / done / 1000);
    },
  };
}
