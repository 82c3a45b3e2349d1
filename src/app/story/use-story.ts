import { useEffect, useRef, useState } from 'react';
import type { PictureStory } from '../../state/types';
import { useCommands, useSnapshot } from '../context';

/** Beyond where every merge of the demo is best: half as much again as all of the task vectors. */
const BEYOND = [1.5];

/** The picture to tell of, following the scores: one question at a time. Null before there is one. */
export function useStory(): PictureStory | null {
  const { pictureStory, lookAhead } = useCommands();
  const scores = useSnapshot((snapshot) => snapshot.scores);
  const plain = useSnapshot(
    ({ method, pool }) =>
      method.name === 'TaskArithmeticAlgorithm' &&
      pool.models.every(
        ({ role, included, weight }) => role === 'base' || (included && weight === 1),
      ),
  );
  const [story, setStory] = useState<PictureStory | null>(null);
  const asking = useRef({ busy: false, again: false });
  const told = useRef<PictureStory | null>(null);

  // Once everything else is scored, so that the story has an end on a first visit.
  useEffect(() => {
    void lookAhead(plain ? BEYOND : []);
    return () => void lookAhead([]);
  }, [lookAhead, plain]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new scores are what it is asked again for.
  useEffect(() => {
    const { current } = asking;
    const ask = async (): Promise<void> => {
      current.busy = true;
      do {
        current.again = false;
        const { taskId, index } = told.current ?? {};
        const before = taskId === undefined || index === undefined ? null : { taskId, index };
        told.current = await pictureStory(before);
        setStory(told.current);
      } while (current.again);
      current.busy = false;
    };
    if (current.busy) current.again = true;
    else void ask();
  }, [pictureStory, scores]);
  return story;
}
