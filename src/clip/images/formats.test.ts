import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { decodeImage } from './decode';
import { sha256 } from './fixtures';
import { formatFiles } from './testing/format-files';

/** Sentences, not hashes. */
const REFUSED = expect.stringMatching(/^[A-Z].*[a-z].*\.$/);

const files = formatFiles();

async function outcome(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    return sha256((await decodeImage({ name: 'a', blob: new Blob([bytes]) })).data);
  } catch (error) {
    if (error instanceof FormatError) return error.reason;
    throw error;
  }
}

/** What Pillow reads and is refused here by name. */
const UNREAD = /^(?:YCbCr|Lab),|^planes, 16 bits, raw$|CCITT/;

describe.each(['WebP', 'GIF', 'JPEG', 'Netpbm', 'BMP', 'TIFF'])('%s', (format) => {
  const rows = files
    .filter((row) => row.format === format)
    .map((row) =>
      format === 'TIFF' && UNREAD.test(row.name) ? { ...row, rgb: null, cuts: [] } : row,
    );

  it.each(rows.filter(({ rgb }) => rgb !== null))('reads as Pillow does: $name', async (row) => {
    expect(await outcome(row.bytes)).toBe(row.rgb);
  });

  it.each(rows.filter(({ rgb }) => rgb === null))('refuses as Pillow does: $name', async (row) => {
    expect(await outcome(row.bytes)).toEqual(REFUSED);
  });

  it('sees where a file is cut short, as Pillow does', async () => {
    for (const row of rows) {
      for (const [length, rgb] of row.cuts) {
        const text = await outcome(row.bytes.slice(0, length));
        // A JPEG without its last byte is refused, though Pillow may have all it needs by then, and a TIFF without
        // the end of its directory, where Pillow goes on with defaults.
        const isSaid =
          ['JPEG', 'TIFF'].includes(format) && rgb !== null && / cut short /.test(text);
        const right = isSaid ? text : (rgb ?? REFUSED);
        expect([row.name, length, text]).toEqual([row.name, length, right]);
      }
    }
  });
});
