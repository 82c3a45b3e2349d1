import { useRef } from 'react';
import type { Pair, PairComparison } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { useFollowing } from '../insight/use-following';

interface Told {
  readonly key: string;
  readonly compared: PairComparison;
}

/**
 * How two merges compare, following the scores. Null before the first answer. While a move of the slider is being scored what was
 * told before it stays until as many tasks have figures again, so that the table does not come and go.
 */
export function useComparison({ a, b }: Pair): PairComparison | null {
  const { comparePins } = useCommands();
  const phase = useSnapshot((snapshot) => snapshot.scores.phase);
  const last = useRef<Told | null>(null);
  const key = JSON.stringify([a, b]);
  const underWay = phase === 'preparing' || phase === 'scoring';
  const answer = useFollowing<Told>(key, async () => {
    const compared = await comparePins({ a, b });
    if (compared === null) return null;
    const before = last.current?.key === key ? last.current.compared : null;
    if (underWay && before && tasksOf(compared) < tasksOf(before)) return null;
    last.current = { key, compared };
    return last.current;
  });
  return answer?.key === key ? answer.compared : null;
}

function tasksOf({ tasks }: PairComparison): number {
  return Object.keys(tasks).length;
}
