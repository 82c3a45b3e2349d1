import { useEffect, useRef, useState } from 'react';
import { useCommands } from '../context';

/** Addresses of a task's pictures for `<img>`, by their places; each is asked for once and freed with the caller. */
export function usePictures(
  taskId: string,
  places: readonly number[],
): ReadonlyMap<number, string> {
  const { taskPictures } = useCommands();
  const [addresses, setAddresses] = useState<ReadonlyMap<number, string>>(new Map());
  const asked = useRef(new Set<number>());
  const made = useRef<string[]>([]);
  const gone = useRef(false);
  const wanted = places.join(' ');
  useEffect(() => {
    const missing = wanted
      .split(' ')
      .filter(Boolean)
      .map(Number)
      .filter((place) => !asked.current.has(place));
    if (missing.length === 0) return;
    for (const place of missing) asked.current.add(place);
    void taskPictures(taskId, missing).then((pictures) => {
      if (gone.current) return;
      const found = pictures.map(({ blob }, i): [number, string] => {
        const address = URL.createObjectURL(blob);
        made.current.push(address);
        return [missing[i] ?? -1, address];
      });
      setAddresses((before) => new Map([...before, ...found]));
    });
  }, [taskPictures, taskId, wanted]);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      for (const address of made.current) URL.revokeObjectURL(address);
      made.current = [];
      asked.current.clear();
    };
  }, []);
  return addresses;
}
