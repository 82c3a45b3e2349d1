import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { decodeImage } from './decode';
import { fixtureBytes, sha256 } from './fixtures';

/** Sentences, not hashes. */
const REFUSED = expect.stringMatching(/^[A-Z].*[a-z].*\.$/);

interface Row {
  format: string;
  name: string;
  file: string;
  rgb: string | null;
  /** Lengths at which the file is cut, and what Pillow still makes of it. */
  cuts?: [length: number, rgb: string | null][];
}

const { files } = JSON.parse(gunzipSync(fixtureBytes('picture-formats.json.gz')).toString()) as {
  files: Row[];
};

async function outcome(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    return sha256((await decodeImage({ name: 'a', blob: new Blob([bytes]) })).data);
  } catch (error) {
    if (error instanceof FormatError) return error.reason;
    throw error;
  }
}

/** What Pillow reads and is refused here by name. */
const UNREAD = /^(?:YCbCr|Lab),|^planes, 16 bits, raw$/;

const bytesOf = ({ file }: Row) => new Uint8Array(Buffer.from(file, 'base64'));

describe.each(['WebP', 'GIF', 'JPEG', 'Netpbm', 'BMP', 'TIFF'])('%s', (format) => {
  const rows = files
    .filter((row) => row.format === format)
    .map((row) =>
      format === 'TIFF' && UNREAD.test(row.name) ? { ...row, rgb: null, cuts: [] } : row,
    );

  it.each(rows.filter(({ rgb }) => rgb !== null))('reads as Pillow does: $name', async (row) => {
    expect(await outcome(bytesOf(row))).toBe(row.rgb);
  });

  it.each(rows.filter(({ rgb }) => rgb === null))('refuses as Pillow does: $name', async (row) => {
    expect(await outcome(bytesOf(row))).toEqual(REFUSED);
  });

  it('sees where a file is cut short, as Pillow does', async () => {
    for (const row of rows) {
      for (const [length, rgb] of row.cuts ?? []) {
        const text = await outcome(bytesOf(row).slice(0, length));
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
