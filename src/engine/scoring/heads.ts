/** Zero-shot heads in the page's library, beside the model whose text tower computed them: they go when it goes. */
import type { Library } from '../../storage/types';
import type { HeadCache } from '../../taskpool/heads/head-cache';
import { decodeHead, encodeHead } from '../../taskpool/heads/head-file';

/**
 * A key's `tower` is the model's library id: it is random, and an item's files never change, so there is no need to read
 * 250 MB for a digest. Where the storage fails nothing is said: scoring goes on with heads that are computed again.
 */
export function libraryHeads(library: Library): HeadCache {
  return {
    async get({ tower, digest }) {
      const bytes = await library.getDerived(tower, digest).catch(() => undefined);
      return bytes ? decodeHead(digest, bytes) : null;
    },
    async put({ tower, digest }, head) {
      const bytes = await encodeHead(digest, head);
      await library.putDerived(tower, digest, bytes).catch(() => undefined);
    },
  };
}
