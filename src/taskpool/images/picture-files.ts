/**
 * Which files of a folder are pictures: by their names where these promise it, because looking into every file of a large
 * folder takes long, and a wrong name shows in decoding; else by their first bytes.
 */
import type { ByteSource } from '../../checkpoint/byte-source';
import { isPictureName } from '../../checkpoint/file-roles';
import { formatName, isReadable, SIGNATURE_BYTES } from '../../clip/images/picture-format';
import { FormatError } from '../../errors';
import type { SourceFile } from './sources';

async function formatOf(blob: ByteSource): Promise<string | undefined> {
  return formatName(new Uint8Array(await blob.slice(0, SIGNATURE_BYTES).arrayBuffer()));
}

/** Is the file a picture, by its name or by its first bytes, of whatever format? */
export async function isPicture(file: SourceFile): Promise<boolean> {
  if (isPictureName(file.name)) return true;
  try {
    return (await formatOf(await file.read())) !== undefined;
  } catch (error) {
    // An entry of a zip that cannot be unpacked: whether it matters, only its name can tell.
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Why the file is no picture that can be read; nothing where it is one. */
export async function refusal(name: string, blob: ByteSource): Promise<string | undefined> {
  if (isPictureName(name)) return undefined;
  const format = await formatOf(blob);
  if (isReadable(format)) return undefined;
  return format === undefined
    ? 'not a picture'
    : `${format} pictures cannot be read; convert it to PNG`;
}
