import type { PictureQuery, TaskInsight } from '../../state/types';
import { useCommands } from '../context';
import { useFollowing } from './use-following';

/** What merging does to a task's pictures, following the scores. Null before the first answer. */
export function useInsight(taskId: string, query: PictureQuery): TaskInsight | null {
  const { taskInsight } = useCommands();
  return useFollowing(JSON.stringify([taskId, query]), () => taskInsight(taskId, query));
}
