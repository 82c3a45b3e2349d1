/** A part of a file of the Hub, held to be of that very file as far as a part can tell. */
import type { ByteRange } from '../checkpoint/byte-ranges';
import { DownloadError } from '../errors';
import { request, TRIES } from './request';
import { fileAddress, type HubSession, hostOf } from './session';
import { cutTooOften, type ListedFile, untilCut } from './transfer';
import { capital } from './wording';

/** Whoever was asked for a part of the file gives the whole file alone. */
export class WholeFileOnly extends Error {
  override readonly name = 'WholeFileOnly';

  constructor(readonly listed: ListedFile) {
    super(`${listed.file.path} is given as a whole alone`);
  }
}

/** What the hosts of one file have said of it: by their origins, its ETags. */
export type SeenTags = Map<string, string>;

/**
 * All parts are asked for at the file's commit. A part has no hash: what is held against the list is the size that the host
 * gives the whole, and what is held against the parts before is its ETag.
 * @param onBytes - told how many of them are here
 * @throws WholeFileOnly; as `request`; DownloadError for bytes of another file, and for a line that is cut again and again
 */
export async function fetchRange(
  session: HubSession,
  listed: ListedFile,
  { begin, end }: ByteRange,
  tags: SeenTags,
  onBytes: (have: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { listing, file } = listed;
  const bytes = new Uint8Array(end - begin);
  let have = 0;
  for (let cuts = 0; ; ) {
    const from = begin + have;
    const answer = await request(
      session,
      { repository: listing.repository, file: file.path },
      fileAddress(session, listing, file),
      { 'accept-encoding': 'identity', range: `bytes=${from}-${end - 1}` },
    );
    const wrong = whatIsWrong(answer, { begin: from, end }, file.size, tags);
    if (wrong !== undefined) {
      await answer.body?.cancel();
      if (answer.status === 200) throw new WholeFileOnly(listed);
      throw otherFile(session, listed, wrong);
    }
    for await (const chunk of untilCut(session, answer)) {
      if (have + chunk.length > bytes.length) {
        throw otherFile(session, listed, 'more bytes came than were asked for');
      }
      bytes.set(chunk, have);
      have += chunk.length;
      onBytes(have);
    }
    if (have === bytes.length) return bytes;
    cuts += 1;
    if (cuts === TRIES) throw cutTooOften(session, listed);
    await session.wait(2 ** (cuts - 1));
  }
}

function whatIsWrong(
  { status, headers, url }: Response,
  { begin, end }: ByteRange,
  size: number,
  tags: SeenTags,
): string | undefined {
  if (status === 416) return `it has no bytes ${begin} to ${end}`;
  if (status !== 206) return `the answer is ${status}`;
  const range = headers.get('content-range') ?? 'no range';
  if (range !== `bytes ${begin}-${end - 1}/${size}`) {
    return `bytes ${begin} to ${end} of ${size} were asked for, and ${range} came`;
  }
  const tag = headers.get('etag');
  const { origin } = new URL(url);
  const before = tags.get(origin);
  if (tag === null) return undefined;
  tags.set(origin, tag);
  return before === undefined || before === tag ? undefined : 'it has changed meanwhile';
}

function otherFile(session: HubSession, { listing, file }: ListedFile, what: string) {
  return new DownloadError(
    `${listing.repository.name}, ${file.path}: what came is not of the file that ${hostOf(session.access)} lists (${what}). ${capital(session.wording.again)}; where that does not help, something on the way changes files.`,
  );
}
