import { FormatError } from '../errors';
import { fill } from './byte-source';
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
  return checked(file, begin, end, async () => {
    const bytes = new Uint8Array(await file.blob.slice(begin, end).arrayBuffer());
    return [bytes, bytes.length];
  });
}

/**
 * Fills `into` with a file's bytes from `begin` on.
 *
 * @throws FormatError as `readBytes`
 */
export async function readBytesInto(
  file: NamedBlob,
  begin: number,
  into: Uint8Array,
): Promise<void> {
  await checked(file, begin, begin + into.length, async () => [
    into,
    await fill(file.blob, begin, into),
  ]);
}

async function checked<T>(
  { name }: NamedBlob,
  begin: number,
  end: number,
  read: () => Promise<readonly [T, number]>,
): Promise<T> {
  let outcome: readonly [T, number];
  try {
    outcome = await read();
  } catch (cause) {
    throw new FormatError(
      name,
      `bytes ${begin} to ${end} cannot be read: the file was changed, moved or removed after it was added, or memory is short. Add it again.`,
      { cause },
    );
  }
  const [result, length] = outcome;
  if (length !== end - begin) {
    throw new FormatError(
      name,
      `bytes ${begin} to ${end} were asked for and ${length} came: the file changed after it was added. Add it again.`,
    );
  }
  return result;
}
