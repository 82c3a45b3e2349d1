import { useEffect, useState } from 'react';
import { useCommands } from '../context';

export interface Sample {
  readonly name: string;
  readonly classname: string;
  readonly address: string;
}

/** Pictures of a task as addresses for `<img>`; empty until they are there. The addresses are freed with the caller. */
export function useSamples(taskId: string, count: number): readonly Sample[] {
  const { sampleImages } = useCommands();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let gone = false;
    let addresses: string[] = [];
    void sampleImages(taskId, count).then((images) => {
      if (gone) return;
      addresses = images.map(({ blob }) => URL.createObjectURL(blob));
      setSamples(
        images.map(({ name, classname }, i) => ({ name, classname, address: addresses[i] ?? '' })),
      );
    });
    return () => {
      gone = true;
      for (const address of addresses) URL.revokeObjectURL(address);
    };
  }, [sampleImages, taskId, count]);
  return samples;
}
