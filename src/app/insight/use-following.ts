import { useEffect, useRef, useState } from 'react';
import { shareStructure } from '../../state/structure';
import { useSnapshot } from '../context';

/**
 * What the engine answers to a question about the scores, asked again whenever they, or what is merged, change: one question at
 * a time, and the last answer stays until the next is there. Null before the first.
 *
 * @param query - the same for the same question
 */
export function useFollowing<T>(query: string, ask: () => Promise<T | null>): T | null {
  const scores = useSnapshot((snapshot) => snapshot.scores);
  const merge = useSnapshot((snapshot) => snapshot.merge);
  const [answer, setAnswer] = useState<T | null>(null);
  const queue = useRef<Questions>({ next: null, busy: false });
  const standing = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the query says what is asked; scores and merge are what it is asked again for.
  useEffect(() => {
    standing.current = query;
    queue.current.next = async () => {
      const told = await ask();
      // Newer scores have come meanwhile, as they do all the time while the slider is dragged: what is told of older ones is shown.
      if (told !== null && standing.current === query) {
        // What is told again stays the same object: of a gallery only the tiles that changed are drawn.
        setAnswer((before) => shareStructure(before, told));
      }
    };
    if (!queue.current.busy) void answerAll(queue.current);
  }, [query, scores, merge]);
  useEffect(
    () => () => {
      standing.current = '';
    },
    [],
  );
  return answer;
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
