/** What a compressed archive unpacks to, and the names of compressions that are not read. */
import { readChunks } from '../../checkpoint/read-chunks';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';

/** The archive lies in memory, or where the browser puts large Blobs. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** Pictures are packed already: what unpacks to so many times the archive, and to more than this, means harm. */
const MAX_RATIO = 100;
const HARMLESS_BYTES = 2 ** 30;

const CHUNK_BYTES = 4 * 2 ** 20;

const SIGNATURES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

/**
 * Unpacks what gzip packed.
 * @returns undefined for what is not compressed
 * @throws FormatError for other compressions, damage, and more than fits
 */
export async function unpacked(file: NamedBlob): Promise<Blob | undefined> {
  const start = new Uint8Array(await file.blob.slice(0, 8).arrayBuffer());
  const begins = (bytes: readonly number[]) => bytes.every((byte, at) => start[at] === byte);
  const other = SIGNATURES.find(([, bytes]) => begins(bytes));
  if (other) {
    throw new FormatError(
      file.name,
      `The archive is compressed with ${other[0]}, which is not read. Unpack it and add its folder, or pack it again as .tar or .tar.gz.`,
    );
  }
  return begins([0x1f, 0x8b]) ? gunzip(file) : undefined;
}

async function gunzip({ name, blob }: NamedBlob): Promise<Blob> {
  const chunks = readChunks(blob, CHUNK_BYTES);
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value.slice());
    },
    async cancel() {
      await chunks.return();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  const most = Math.min(MAX_UNPACKED_BYTES, Math.max(HARMLESS_BYTES, blob.size * MAX_RATIO));
  const parts: Blob[] = [];
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return new Blob(parts);
      size += value.length;
      if (size > most) break;
      parts.push(new Blob([value]));
    }
  } catch (cause) {
    throw new FormatError(name, 'The archive cannot be unpacked. Download it again.', { cause });
  } finally {
    // Whatever ended it, there is nothing left of the stream that could fail.
    reader.cancel().catch(() => undefined);
  }
  throw new FormatError(
    name,
    `The archive has ${blob.size} bytes and unpacks to more than ${most}. Unpack it, and add what is in it.`,
  );
}
