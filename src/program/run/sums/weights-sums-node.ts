/** The SHA-256 of models' weights on the command line: remembered, or computed beside the merge. */
import { join } from 'node:path';
import { fileIdentity } from '../../../checkpoint/file-source-node';
import type { NamedBlob } from '../../../checkpoint/types';
import { weightFiles, weightsSha256 } from '../../../checkpoint/weights-sha256';
import { cacheFolder } from '../cache-folder-node';
import type { Surroundings } from '../surroundings';
import { createHashing, type Hashing } from './hashing-node';
import { rememberedSums } from './remembered-sums-node';

export interface WeightsSums {
  /**
   * What `weightsSha256` gives.
   * @throws FormatError as `openCheckpoint`, and where a file cannot be read or has changed
   */
  sha256(files: readonly NamedBlob[]): Promise<string>;
  dispose(): Promise<void>;
}

export function createWeightsSums(
  surroundings: Surroundings,
  hashing: Hashing = createHashing(),
): WeightsSums {
  const cache = cacheFolder(surroundings);
  const remembered = cache === null ? null : rememberedSums(join(cache, 'sums'));
  return {
    async sha256(files) {
      const weights = await weightFiles(files);
      const found = weights.flatMap(({ blob }) => fileIdentity(blob) ?? []);
      // What lies in memory, or inside another file, is no file that a thread could open.
      if (found.length < weights.length) return weightsSha256(files);
      const known = await remembered?.get(found);
      if (known) return known;
      const sha256 = await hashing.sha256(found);
      await remembered?.put(found, sha256);
      return sha256;
    },
    dispose: () => hashing.dispose(),
  };
}
