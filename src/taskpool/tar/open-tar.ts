/** A tar archive: which files are in it, and where. Only headers are read; files stay slices of the archive. */
import { type ByteSource, fill, type Sliceable } from '../../checkpoint/byte-source';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { BLOCK_BYTES, longName, parseHeader, paxRecords, type TarHeader } from './tar-header';
import { unpacked } from './unpacked';

/** @typeParam S - what the archive is */
export interface TarFile<S extends ByteSource = ByteSource> {
  /** As the archive has it. */
  readonly name: string;
  readonly blob: S | Blob;
}

/** Headers lie between the files, and each read takes its time: small files are skipped in memory. */
const WINDOW_BYTES = 256 * 1024;

/** Of names and other attributes. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

/** ImageNet has 1.3 million pictures. */
const MAX_FILES = 4_000_000;

const DOWNLOAD_AGAIN = 'Download it again.';

/** `.tar`, `.tar.gz` and `.tgz`, and those of other compressions, which are refused by name. */
export function isTarName(name: string): boolean {
  return /\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|tzst)$/i.test(name);
}

/**
 * The files of an archive in its order; folders and links are left out. What gzip packed is unpacked first.
 * @param limit - so many from the front
 * @throws FormatError where it is no tar archive, or damaged
 */
export async function openTar<S extends Sliceable<S>>(
  file: NamedBlob<S>,
  limit = Infinity,
): Promise<TarFile<S>[]> {
  const packed = await unpacked(file);
  if (!packed) return filesOf(file, limit);
  const files = await filesOf({ name: file.name, blob: packed }, limit);
  return files.map(({ name, blob }) => ({ name, blob }));
}

async function filesOf<S extends Sliceable<S>>(
  { name: archive, blob }: NamedBlob<S>,
  limit: number,
): Promise<TarFile<S>[]> {
  const fail = (reason: string) => new FormatError(archive, `The tar archive ${reason}`);
  const read = windowed(blob);
  const files: TarFile<S>[] = [];
  let given: Given = {};
  for (let at = 0; at + BLOCK_BYTES <= blob.size && files.length < limit; ) {
    const header = parseHeader(await read(at, BLOCK_BYTES));
    if (header === null) break;
    if (!header) {
      if (at === 0) throw fail(`cannot be read: it is none. ${DOWNLOAD_AGAIN}`);
      throw fail(`is damaged at byte ${at}. ${DOWNLOAD_AGAIN}`);
    }
    const size = WITHOUT_DATA.has(header.type) ? 0 : (given.size ?? header.size);
    const begin = at + BLOCK_BYTES;
    const end = begin + size;
    if (!Number.isSafeInteger(end) || end > blob.size) {
      throw fail(
        `is cut off: ${given.name ?? header.name} should end at byte ${end}, but it has ${blob.size}. ${DOWNLOAD_AGAIN}`,
      );
    }
    at = begin + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    const extension = EXTENSIONS[header.type];
    if (extension) {
      if (size > MAX_EXTENSION_BYTES) throw fail(`has a name of ${size} bytes. ${DOWNLOAD_AGAIN}`);
      const more = extension(await read(begin, size));
      if (!more) throw fail(`is damaged at byte ${begin}. ${DOWNLOAD_AGAIN}`);
      given = { ...given, ...more };
      continue;
    }
    if (isSparse(header, given)) {
      throw fail(
        `has the sparse file ${header.name}, which is not read. Pack it again without --sparse.`,
      );
    }
    if (FILES.has(header.type)) {
      files.push({ name: given.name ?? header.name, blob: blob.slice(begin, end) });
      if (files.length > MAX_FILES) throw fail(`has more than ${MAX_FILES} files.`);
    }
    given = {};
  }
  return files;
}

/** What stands before an entry's header and counts instead of what is in it. */
interface Given {
  readonly name?: string;
  readonly size?: number;
  readonly isSparse?: boolean;
}

const EXTENSIONS: Readonly<Record<string, (data: Uint8Array) => Given | undefined>> = {
  L: (data) => ({ name: longName(data) }),
  // The long target of a link, and what holds for all entries, which are times and owners.
  K: () => ({}),
  g: () => ({}),
  x: (data) => {
    const records = paxRecords(data);
    const size = Number(records?.get('size') ?? 0);
    if (!records || !Number.isSafeInteger(size) || size < 0) return undefined;
    const name = records.get('path');
    return {
      ...(name === undefined ? {} : { name }),
      ...(records.has('size') ? { size } : {}),
      isSparse: [...records.keys()].some((key) => key.startsWith('GNU.sparse')),
    };
  },
};

/** Files and contiguous ones. */
const FILES = new Set(['0', '7']);

/** Links, devices, folders and pipes, whatever size they claim. */
const WITHOUT_DATA = new Set(['1', '2', '3', '4', '5', '6']);

function isSparse({ type }: TarHeader, given: Given): boolean {
  return type === 'S' || given.isSparse === true;
}

/** Reads ahead, as far as a window goes. Bytes are valid until the next read. */
function windowed(blob: ByteSource): (begin: number, length: number) => Promise<Uint8Array> {
  const memory = new Uint8Array(Math.min(WINDOW_BYTES, blob.size));
  let first = 0;
  let kept = 0;
  return async (begin, length) => {
    if (length > memory.length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, await fill(blob, begin, bytes));
    }
    if (begin < first || begin + length > first + kept) {
      first = begin;
      kept = await fill(blob, begin, memory);
    }
    return memory.subarray(begin - first, begin - first + length);
  };
}
