/** Why there is no merged model to score, for the cells that would hold its numbers; nothing where one is to come. */
import { useSnapshot } from '../context';

export function useMergeAbsence(): string | undefined {
  const merges = useSnapshot(({ pool, method }) => pool.mergeable && method.refusal === null);
  return merges ? undefined : 'nothing is merged';
}
