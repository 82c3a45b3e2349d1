/** Files that were given out and take room on the disk until they have been taken. */
import type { ScratchFile } from '../../storage/types';
import type { ExportedFile } from '../api';

/** A browser does not tell when it has copied a file; on a disk that is not busy it takes less than a second for so much. */
const BYTES_PER_SECOND = 200_000_000;

export interface Downloads {
  /** Keeps the file until it is released, and gives it out under an id. */
  keep(scratch: ScratchFile): ExportedFile;
  /** Removes the file; unknown ids are ignored. */
  release(download: string): Promise<void>;
  releaseAll(): Promise<void>;
  /** Is a browser likely to be copying what was given out? What nobody asked for had better wait. */
  areTaken(): boolean;
}

/** @param onTaken - is told when no file is being copied any more, as far as can be known */
export function createDownloads(onTaken: () => void = () => undefined): Downloads {
  const kept = new Map<string, ScratchFile>();
  const copying = new Set<ReturnType<typeof setTimeout>>();
  let given = 0;
  const waitForCopy = (bytes: number): void => {
    const timer = setTimeout(
      () => {
        copying.delete(timer);
        if (copying.size === 0) onTaken();
      },
      (bytes / BYTES_PER_SECOND) * 1000,
    );
    copying.add(timer);
  };
  const release = async (download: string): Promise<void> => {
    const scratch = kept.get(download);
    kept.delete(download);
    await scratch?.remove();
  };
  return {
    keep(scratch) {
      const download = String(++given);
      kept.set(download, scratch);
      waitForCopy(scratch.file.size);
      return { name: scratch.file.name, file: scratch.file, download };
    },
    release,
    areTaken: () => copying.size > 0,
    async releaseAll() {
      for (const timer of copying) clearTimeout(timer);
      copying.clear();
      await Promise.all([...kept.keys()].map(release));
    },
  };
}
