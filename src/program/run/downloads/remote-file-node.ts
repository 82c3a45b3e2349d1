/** A Parquet file of the Hub that is looked into before it is fetched: its footer and its labels, by ranges. */
import { type ByteRange, rangesWithout } from '../../../checkpoint/byte-ranges';
import type { ByteSource } from '../../../checkpoint/byte-source';
import { fetchRange, type SeenTags } from '../../../hub/fetch-range';
import type { HubFile, HubSession, Listing } from '../../../hub/session';
import { footerRange } from '../../../taskpool/parquet/metadata';
import type { ExcerptFolder } from '../excerpts/excerpt-folder-node';
import { excerptSource, type Piece } from '../excerpts/excerpt-source';

/** What has come of a file and is not kept yet. */
export interface Seen {
  readonly begin: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface RemoteFile {
  readonly file: HubFile;
  /** Reads what is kept or was fetched, and nothing else. */
  readonly source: ByteSource;
  /** What of the file was kept before. */
  readonly kept: readonly ByteRange[];
  /** What was asked for so far, whether or not it was kept. */
  readonly wanted: readonly ByteRange[];
  /** What has come since. */
  readonly seen: readonly Seen[];
  readonly tags: SeenTags;
  /** Has bytes come before they are read, with a request for each range. */
  fetch(ranges: readonly ByteRange[]): Promise<void>;
}

/** Footers are mostly smaller. */
const TAIL_BYTES = 2 ** 16;

/** Larger ones mean harm; the file is not looked into then. */
const MOST_FOOTER_BYTES = 2 ** 24;

/** Requests at once. */
const AT_ONCE = 8;

/** @throws as `fetchRange`; ParquetDamage where it does not end as a Parquet file */
export async function openRemoteFile(
  session: HubSession,
  listing: Listing,
  file: HubFile,
  folder: ExcerptFolder,
): Promise<RemoteFile> {
  const kept = await folder.pieces(file);
  const pieces: Piece[] = [...kept];
  const seen: Seen[] = [];
  const wanted: ByteRange[] = [];
  const tags: SeenTags = new Map();
  const fetchOne = async (range: ByteRange) => {
    const bytes = await fetchRange(session, { listing, file }, range, tags);
    pieces.push({ ...range, source: new Blob([bytes]) });
    seen.push({ begin: range.begin, bytes });
  };
  const fetch = async (ranges: readonly ByteRange[]) => {
    wanted.push(...ranges);
    const missing = rangesWithout(ranges, pieces);
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      await Promise.all(missing.slice(at, at + AT_ONCE).map(fetchOne));
    }
  };
  const source = excerptSource(file.size, pieces);
  await fetch([{ begin: Math.max(0, file.size - TAIL_BYTES), end: file.size }]);
  const footer = await footerRange({ name: file.path, blob: source });
  if (footer.end - footer.begin <= MOST_FOOTER_BYTES) await fetch([footer]);
  return { file, source, kept, wanted, seen, tags, fetch };
}
