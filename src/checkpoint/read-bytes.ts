import { FormatError } from '../errors';
import type { NamedBlob } from './types';

/**
 * Reads bytes `begin` to `end` (exclusive) of a file and nothing else.
 *
 * @throws FormatError where the file changed or vanished since it was added: browsers then fail the read or return less.
 */
export async function readBytes(
  file: NamedBlob,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.blob.slice(begin, end).arrayBuffer());
  } catch (cause) {
    throw new FormatError(
      file.name,
      `bytes ${begin} to ${end} cannot be read: the file was changed, moved or removed after it was added, or memory is short. Add it again.`,
      { cause },
    );
  }
  if (bytes.length !== end - begin) {
    throw new FormatError(
      file.name,
      `bytes ${begin} to ${end} were asked for and ${bytes.length} came: the file changed after it was added. Add it again.`,
    );
  }
  return bytes;
}
