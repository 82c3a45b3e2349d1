/** Zero-shot heads in a folder, a file for each. What is in it can be deleted at any time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadCache } from '../../taskpool/heads/head-cache';
import { decodeHead, encodeHead } from '../../taskpool/heads/head-file';
import type { HeadKey } from '../../taskpool/heads/head-key';
import { CACHE_VARIABLE } from './cache-folder-node';
import type { RunListener } from './messages';
import { writeFileWhole } from './write-file-node';

/** The first file that cannot be written is told to `listener`, as a note; what cannot be read is computed and written again. */
export function headFolder(folder: string, listener: RunListener): HeadCache {
  let told = false;
  const pathOf = ({ digest }: HeadKey) => join(folder, `${digest}.safetensors`);
  return {
    async get(key) {
      const bytes = await readFile(pathOf(key)).catch(() => undefined);
      return bytes ? decodeHead(key.digest, new Uint8Array(bytes)) : null;
    },
    async put(key, head) {
      const bytes = await encodeHead(key.digest, head);
      try {
        await writeFileWhole(pathOf(key), [bytes]);
      } catch (error) {
        if (told) return;
        told = true;
        const reason = error instanceof Error ? error.message : String(error);
        listener.note(
          `Zero-shot heads are not kept and have to be computed again. ${reason} ${CACHE_VARIABLE} names another folder, or is off.`,
        );
      }
    },
  };
}
