/** Zero-shot heads in the page's library, beside the model whose text tower computed them: they go when it goes. */

import type { NamedBlob } from '../../checkpoint/types';
import type { Library } from '../../storage/types';
import type { HeadCache } from '../../taskpool/heads/head-cache';
import { decodeHead, encodeHead } from '../../taskpool/heads/head-file';
import { contentName, findShippedHead } from '../../taskpool/heads/shipped-heads';

export interface LibraryHeads extends HeadCache {
  /**
   * Heads that came with a model which is about to be stored under `id`: each is used, and kept, where it was made from
   * these very files. The files are read when a head is asked for.
   */
  offer(id: string, shipped: Blob, files: readonly NamedBlob[]): void;
}

/**
 * A key's `tower` is the model's library id: it is random, and an item's files never change, so there is no need to read
 * 250 MB for a digest. Where the storage fails nothing is said: scoring goes on with heads that are computed again.
 */
export function libraryHeads(library: Library): LibraryHeads {
  const offered = new Map<string, { readonly shipped: Blob; content(): Promise<string> }>();

  const put: HeadCache['put'] = async ({ tower, digest }, head) => {
    const bytes = await encodeHead(digest, head);
    await library.putDerived(tower, digest, bytes).catch(() => undefined);
  };

  return {
    async get(key) {
      const { tower, digest } = key;
      const bytes = await library.getDerived(tower, digest).catch(() => undefined);
      const kept = bytes ? await decodeHead(digest, bytes) : null;
      const offer = offered.get(tower);
      if (kept || !offer) return kept;
      const found = await findShippedHead(offer.shipped, await offer.content(), key);
      if (found) await put(key, found);
      return found;
    },
    put,
    offer(id, shipped, files) {
      let name: Promise<string> | undefined;
      const content = () => {
        name ??= contentName(files);
        return name;
      };
      offered.set(id, { shipped, content });
    },
  };
}
