/** A file under construction: on disk where the browser can, else in Blobs, which it pages out itself. */

/** What a scratch file is written to. */
export interface ScratchTarget {
  /** Appends all of `chunk`, or throws; the caller may reuse its buffer afterwards. */
  write(chunk: Uint8Array): void;
  /** Ends writing. The result is by reference: reading it reads the disk. */
  finish(): Promise<Blob>;
  /** Removes it, at any time and any number of times; never throws. */
  discard(): Promise<void>;
}

/** Fallback without OPFS: full blocks become Blobs, so that the tab holds one block and the browser the rest. */
export function openBlobTarget(blockSize: number): ScratchTarget {
  const blocks: Blob[] = [];
  const block = new Uint8Array(blockSize);
  let filled = 0;

  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const count = Math.min(chunk.length - at, blockSize - filled);
        block.set(chunk.subarray(at, at + count), filled);
        filled += count;
        at += count;
        if (filled === blockSize) {
          blocks.push(new Blob([block]));
          filled = 0;
        }
      }
    },
    async finish() {
      return new Blob([...blocks, block.subarray(0, filled)]);
    },
    async discard() {
      blocks.length = 0;
      filled = 0;
    },
  };
}
