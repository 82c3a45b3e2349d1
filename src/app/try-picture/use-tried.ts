import { useEffect, useRef, useState } from 'react';
import { questionOf, type TryDraft } from '../../state/try-picture';
import { useCommands, usePage } from '../context';

/** So long a text has to stand before its head is computed. */
const TYPING_MS = 400;

interface Shown {
  /** Of the picture as a browser draws it, for `<img>`. */
  readonly address: string | null;
  /** What keeps it from being tried, for people. */
  readonly problem: string | null;
}

/**
 * Has the engine try the picture as it is drafted, for as long as this is drawn: the answers come with the snapshots. An answer to
 * an older question is not shown.
 */
export function useTried(draft: TryDraft): Shown {
  const { tryPicture } = useCommands();
  // An engine that takes the place of another knows of no picture.
  const isReady = usePage(({ connection }) => connection === 'ready');
  const [shown, setShown] = useState<Shown>({ address: null, problem: null });
  const asked = useRef(0);
  const { picture, taskId, names, template, expert } = draft;
  const typing = taskId === null;
  useEffect(() => {
    const question = questionOf({ picture, taskId, names, template, expert });
    const mine = ++asked.current;
    if (!question || !isReady) return;
    const send = async () => {
      const answer = await tryPicture(question);
      if (asked.current !== mine) return;
      setShown(
        typeof answer === 'string'
          ? { address: null, problem: answer }
          : { address: answer && URL.createObjectURL(answer), problem: null },
      );
    };
    const timer = setTimeout(send, typing ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [tryPicture, isReady, picture, taskId, names, template, expert, typing]);
  const { address } = shown;
  useEffect(
    () => () => {
      if (address !== null) URL.revokeObjectURL(address);
    },
    [address],
  );
  useEffect(
    () => () => {
      asked.current++;
      void tryPicture(null);
    },
    [tryPicture],
  );
  return shown;
}
