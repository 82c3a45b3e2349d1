import { useEffect, useState } from 'react';
import type { SampleImage } from '../../state/types';
import { useCommands } from '../context';

/** What a drawing has to be like to be one of a task's pictures. */
export interface PictureKind {
  /** Pixels each way. */
  readonly side: number;
  /** Light on a dark ground. */
  readonly isDark: boolean;
}

/** Of no task: ink on paper. */
const PAPER: PictureKind = { side: 224, isDark: false };

const SMALLEST = 16;
const LARGEST = 256;
const SAMPLES = 3;

/** The kind of a task's pictures, by a few of them; paper until it is known, and where there is no task. */
export function usePictureKind(taskId: string | null): PictureKind {
  const { sampleImages } = useCommands();
  const [known, setKnown] = useState<{ readonly of: string; readonly kind: PictureKind } | null>(
    null,
  );
  useEffect(() => {
    if (taskId === null) return;
    let gone = false;
    void sampleImages(taskId, SAMPLES).then(async (samples) => {
      const kind = await kindOf(samples);
      if (!gone) setKnown({ of: taskId, kind });
    });
    return () => {
      gone = true;
    };
  }, [sampleImages, taskId]);
  return known !== null && known.of === taskId ? known.kind : PAPER;
}

/** By the first one's size, and the brightness of all. What cannot be drawn says nothing. */
async function kindOf(samples: readonly SampleImage[]): Promise<PictureKind> {
  const seen = await Promise.all(samples.map(({ blob }) => look(blob).catch(() => null)));
  const there = seen.filter((each) => each !== null);
  const [first] = there;
  if (!first) return PAPER;
  const side = Math.min(LARGEST, Math.max(SMALLEST, Math.min(first.width, first.height)));
  const brightness = there.reduce((sum, each) => sum + each.brightness, 0) / there.length;
  return { side, isDark: brightness < 128 };
}

interface Seen {
  readonly width: number;
  readonly height: number;
  /** 0..255 */
  readonly brightness: number;
}

/** A canvas is exact enough to tell dark from light, whatever a browser does to its pixels. */
async function look(blob: Blob): Promise<Seen> {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const side = 8;
  const context = new OffscreenCanvas(side, side).getContext('2d');
  context?.drawImage(bitmap, 0, 0, side, side);
  bitmap.close();
  const data = context?.getImageData(0, 0, side, side).data ?? [];
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    sum += ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
  }
  return { width, height, brightness: sum / side ** 2 };
}
