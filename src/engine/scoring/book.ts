/** The book of scores: every tally ever begun on this page, by what it depends on, so that nothing is scored twice. */
import { createTally, type Tally } from '../../taskpool/tally';
import { type ScoringInputs, scoreKey } from './inputs';
import type { Unit } from './plan';

/** Tallies kept; a sweep of 16 values over 20 tasks is 320, so this holds several sweeps. The oldest go first. */
const MAX_TALLIES = 5000;

export interface ScoreBook {
  find(inputs: ScoringInputs, unit: Unit): Tally | undefined;
  open(inputs: ScoringInputs, unit: Unit): Tally;
  /** Scaling factors that were begun with this pool, ascending. */
  visited(inputs: ScoringInputs): number[];
  /** Forgets everything, e.g. because another engine computes from now on. */
  clear(): void;
}

export function createScoreBook(): ScoreBook {
  const tallies = new Map<string, Tally>();
  const factors = new Map<string, Set<number>>();
  return {
    find: (inputs, { weights, task }) => tallies.get(scoreKey(inputs, weights, task)),
    open(inputs, { weights, task }) {
      const key = scoreKey(inputs, weights, task);
      const known = tallies.get(key);
      if (known) return known;
      const tally = createTally(task.images.length, task.classnames.length);
      tallies.set(key, tally);
      if (tallies.size > MAX_TALLIES) {
        for (const oldest of tallies.keys()) {
          tallies.delete(oldest);
          break;
        }
      }
      if (weights.kind === 'merged') {
        const values = factors.get(inputs.poolKey) ?? new Set();
        factors.set(inputs.poolKey, values.add(weights.scalingFactor));
      }
      return tally;
    },
    visited: ({ poolKey }) => [...(factors.get(poolKey) ?? [])].sort((a, b) => a - b),
    clear() {
      tallies.clear();
      factors.clear();
    },
  };
}
