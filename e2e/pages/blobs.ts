/** Reading blobs as the program does. */
import { hashBlob } from '../../src/checkpoint/hash-blob';
import { expose } from '../support/pages';

/** Longer than any of these reads takes. */
const PATIENCE_MS = 5000;

export const room = {
  /** Hashes small blobs, a few at a time, and tells how many of so many were not done after a long while. */
  hashSmall: async (count: number) => {
    const atOnce = 6;
    let done = 0;
    while (done < count) {
      const before = done;
      const hashes = Array.from({ length: atOnce }, (_, i) =>
        hashBlob(new Blob([`text ${done + i}`])).then(() => {
          done++;
        }),
      );
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS);
      });
      await Promise.race([Promise.all(hashes), late]);
      clearTimeout(timer);
      if (done < before + atOnce) return before + atOnce - done;
    }
    return 0;
  },
};

expose(room);
