import { useEffect, useRef, useState } from 'react';
import type { PictureQuery, TaskInsight } from '../../state/types';
import { useCommands, useSnapshot } from '../context';

/**
 * What merging does to a task's pictures, following the scores: one question is asked at a time, and the last answer stays
 * until the next is there. Null before the first.
 */
export function useInsight(
  taskId: string,
  { group, label, offset, limit }: PictureQuery,
): TaskInsight | null {
  const { taskInsight } = useCommands();
  const scores = useSnapshot((snapshot) => snapshot.scores);
  const [insight, setInsight] = useState<TaskInsight | null>(null);
  const queue = useRef<Questions>({ next: null, busy: false });
  const query = JSON.stringify([taskId, group, label, offset, limit]);
  const standing = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: new scores are what it is asked again for.
  useEffect(() => {
    standing.current = query;
    queue.current.next = async () => {
      const told = await taskInsight(taskId, { group, label, offset, limit });
      // Newer scores have come meanwhile, as they do all the time while the slider is dragged: what is told of older ones is shown.
      if (told && standing.current === query) setInsight(told);
    };
    if (!queue.current.busy) void answerAll(queue.current);
  }, [taskInsight, taskId, group, label, offset, limit, query, scores]);
  useEffect(
    () => () => {
      standing.current = '';
    },
    [],
  );
  return insight;
}

interface Questions {
  next: (() => Promise<void>) | null;
  busy: boolean;
}

async function answerAll(queue: Questions): Promise<void> {
  queue.busy = true;
  while (queue.next) {
    const ask = queue.next;
    queue.next = null;
    await ask();
  }
  queue.busy = false;
}
