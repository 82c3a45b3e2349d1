/** Streams an output file out of memory as it is made. */
import { StorageError } from '../errors';
import type { LibraryContext } from './context';
import { cannotFit, writeFailed } from './failure';
import { openDiskTarget } from './scratch-opfs';
import { openBlobTarget } from './scratch-target';
import { spaceFor } from './space';
import type { ScratchFile, ScratchOptions } from './types';
import { readSpace } from './usage';

/**
 * Streams `chunks` into a file that the disk holds, and hands it out under `name`.
 *
 * @throws StorageError if it does not fit or the disk fails; the signal's reason if aborted; an error of `chunks` as it
 * is. In every case nothing is left behind.
 */
export async function writeScratchFile(
  context: LibraryContext,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  { signal, size, onProgress }: ScratchOptions,
): Promise<ScratchFile> {
  signal?.throwIfAborted();
  const space = await spaceFor(context, size ?? 0);
  if (size !== undefined && space.available !== null && size > space.available) {
    throw cannotFit(name, size, space);
  }
  const target =
    (await openDiskTarget(context.storeName, context.randomId())) ??
    openBlobTarget(context.partSize);
  let done = 0;

  const storing = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw writeFailed(name, size ?? done, await readSpace(0), error, true);
    }
  };

  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await storing(() => target.write(chunk));
      done += chunk.length;
      onProgress?.(done);
    }
    signal?.throwIfAborted();
    const blob = await storing(() => target.finish());
    if (blob.size !== done) {
      throw new StorageError(
        `${name}: the disk kept ${blob.size} of ${done} bytes. Free disk space and try again.`,
      );
    }
    return { file: new File([blob], name), remove: () => target.discard() };
  } catch (error) {
    await target.discard();
    throw error;
  }
}
