/** Fetches the parts of files that were planned. */
import { type ByteRange, rangesWithout } from '../../../checkpoint/byte-ranges';
import { DownloadError, FormatError } from '../../../errors';
import { fetchRange } from '../../../hub/fetch-range';
import type { HubFile, HubSession, Listing } from '../../../hub/session';
import { openParquet } from '../../../taskpool/parquet/parquet-file';
import type { ExcerptFolder } from '../excerpts/excerpt-folder-node';
import { excerptSource } from '../excerpts/excerpt-source';
import type { PlannedExcerpt } from './plan-excerpts-node';

/** What is fetched of a data set in part. */
export interface PlannedExcerpts {
  readonly folder: ExcerptFolder;
  readonly excerpts: readonly PlannedExcerpt[];
  /** All files that are read, whole ones among them. */
  readonly files: readonly HubFile[];
}

/** So much is in memory at once, and lost where a download is stopped. */
const PIECE_BYTES = 2 ** 25;

/** @param have - bytes of what was to come of the file that are here */
export type OnExcerpt = (file: HubFile, have: number) => void;

/**
 * Whatever is finished stays.
 * @throws as `fetchRange`; DownloadError for a row group that cannot be read; StorageError where it cannot be kept
 */
export async function downloadExcerpts(
  session: HubSession,
  listing: Listing,
  { folder, excerpts, files }: PlannedExcerpts,
  onBytes: OnExcerpt,
): Promise<void> {
  const { signal } = session;
  for (const { remote, toCome } of excerpts) {
    const { file, seen, tags } = remote;
    for (const { begin, bytes } of seen) await folder.put(file, begin, bytes, signal);
    let have = 0;
    for (const range of toCome.flatMap(inPieces)) {
      const told = have;
      const bytes = await fetchRange(session, { listing, file }, range, tags, (came) =>
        onBytes(file, told + came),
      );
      await folder.put(file, range.begin, bytes, signal);
      have += bytes.length;
    }
    await requireReadable(session, listing, file, folder);
  }
  // Last: what is noted can be read.
  await folder.note(listing.commit, listing.repository.revision, files);
}

function inPieces({ begin, end }: ByteRange): ByteRange[] {
  const count = Math.ceil((end - begin) / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const from = begin + index * PIECE_BYTES;
    return { begin: from, end: Math.min(end, from + PIECE_BYTES) };
  });
}

/** There is no hash of a part; what can be told is that every page of every row group is one. */
async function requireReadable(
  { signal, wording }: HubSession,
  { repository }: Listing,
  file: HubFile,
  folder: ExcerptFolder,
): Promise<void> {
  const pieces = await folder.pieces(file);
  const blob = excerptSource(file.size, pieces);
  try {
    const parquet = await openParquet({ name: file.path, blob });
    for (const index of parquet.rowGroups.keys()) {
      signal.throwIfAborted();
      if (rangesWithout(parquet.rangesOf(index), pieces).length > 0) continue;
      await parquet.rowGroup(index);
    }
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    await folder.forget(file);
    throw new DownloadError(
      `${repository.name}, ${file.path}: the part that came of it cannot be read, and was removed (${cause.reason}) To fetch it anew, ${wording.again}.`,
      { cause },
    );
  }
}
