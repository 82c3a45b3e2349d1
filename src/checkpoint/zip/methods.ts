/** How the entries of a zip are packed: which of it is unpacked here, and what the others are called. */

export const STORED = 0;
export const DEFLATED = 8;

/** APPNOTE 4.4.5 and, for 99, WinZip's AES. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'shrink'],
  [2, 'reduce'],
  [3, 'reduce'],
  [4, 'reduce'],
  [5, 'reduce'],
  [6, 'implode'],
  [9, 'Deflate64'],
  [10, 'DCL implode'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [16, 'CMPSC'],
  [18, 'TERSE'],
  [19, 'LZ77'],
  [20, 'Zstandard'],
  [93, 'Zstandard'],
  [94, 'MP3'],
  [95, 'XZ'],
  [96, 'JPEG'],
  [97, 'WavPack'],
  [98, 'PPMd'],
]);

/** Why an entry is not read, to stand after "is"; undefined where it is. */
export function obstacle(entry: {
  readonly isEncrypted: boolean;
  readonly method: number;
}): string | undefined {
  // AES hides the real method behind 99.
  if (entry.isEncrypted || entry.method === 99) return 'encrypted';
  if (entry.method === STORED || entry.method === DEFLATED) return undefined;
  return `compressed with ${NAMES.get(entry.method) ?? `method ${entry.method}`}, which is not read`;
}
