/** Files that were given out and take room on the disk until they have been taken. */
import type { ScratchFile } from '../../storage/types';
import type { ExportedFile } from '../api';

export interface Downloads {
  /** Keeps the file until it is released, and gives it out under an id. */
  keep(scratch: ScratchFile): ExportedFile;
  /** Removes the file; unknown ids are ignored. */
  release(download: string): Promise<void>;
  releaseAll(): Promise<void>;
}

export function createDownloads(): Downloads {
  const kept = new Map<string, ScratchFile>();
  let given = 0;
  const release = async (download: string): Promise<void> => {
    const scratch = kept.get(download);
    kept.delete(download);
    await scratch?.remove();
  };
  return {
    keep(scratch) {
      const download = String(++given);
      kept.set(download, scratch);
      return { name: scratch.file.name, file: scratch.file, download };
    },
    release,
    async releaseAll() {
      await Promise.all([...kept.keys()].map(release));
    },
  };
}
