import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../checkpoint/byte-source';
import { fileSource } from '../../checkpoint/file-source-node';
import { FormatError } from '../../errors';
import { isTarName, openTar } from './open-tar';

const FOLDER = new URL('../../../reference/fixtures/webdataset/archives/', import.meta.url);
const { archives }: { archives: Record<string, [name: string, sha256: string][]> } = JSON.parse(
  readFileSync(new URL('../expected.json', FOLDER), 'utf8'),
);

const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const open = (bytes: Uint8Array<ArrayBuffer>) =>
  openTar({ name: 'x.tar', blob: new Blob([bytes]) });
const sha256 = async (blob: { arrayBuffer(): Promise<ArrayBuffer> }) =>
  createHash('sha256')
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest('hex');

describe("files are those that Python's tarfile reads", () => {
  it.each(Object.keys(archives))('%s', async (name) => {
    const sources: ByteSource[] = [
      new Blob([bytesOf(name)]),
      await fileSource(new URL(name, FOLDER)),
    ];
    for (const blob of sources) {
      const files = await openTar({ name, blob });
      const found = files.map(async (file) => [file.name, await sha256(file.blob)]);
      expect(await Promise.all(found)).toEqual(archives[name]);
    }
  });

  it('and no others', () => {
    const names = ['a.tar', 'a.TAR', 'a.tar.gz', 'a.tgz', 'a.tar.bz2', 'a.tar.xz', 'a.tar.zst'];
    expect(names.filter(isTarName)).toEqual(names);
    expect(['a.zip', 'a.target', 'tar', 'a.star'].filter(isTarName)).toEqual([]);
  });
});

/** Writes a field of the header at `at`, with a checksum that fits. */
function patched(at: number, offset: number, text: string | readonly number[], file = 'ustar.tar') {
  const bytes = bytesOf(file);
  const header = bytes.subarray(at, at + 512);
  header.set(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, offset);
  header.set(Buffer.from('        '), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return bytes;
}

describe('what is damaged or means harm', () => {
  // A folder and a link stand before the first file.
  const FIRST = 1024;
  const cut = bytesOf('ustar.tar').slice(0, FIRST + 600);
  const flipped = bytesOf('ustar.tar');
  flipped[FIRST + 3] = 7;

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['no tar', new Uint8Array(2000).fill(65), 'cannot be read: it is none.'],
    ['a header that was changed', flipped, 'is damaged at byte 1024.'],
    ['an end that is missing', cut, 'is cut off: cat/1.png should end at byte'],
    [
      'an absurd size',
      patched(FIRST, 124, [0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      'is cut off: cat/1.png should end at byte 18446744073709552000',
    ],
    ['a large size', patched(FIRST, 124, '77777777777\0'), 'is cut off'],
    ['a size that is no number', patched(FIRST, 124, '12x45678901\0'), 'is damaged at byte 1024.'],
    ['a sparse file', patched(FIRST, 156, 'S'), 'has the sparse file cat/1.png'],
    ['no records where PAX has them', patched(FIRST, 156, 'x'), 'is damaged at byte 1536.'],
  ])('%s is refused', async (_, bytes, reason) => {
    await expect(open(bytes)).rejects.toThrow(FormatError);
    await expect(open(bytes)).rejects.toThrow(`x.tar: The tar archive ${reason}`);
  });

  it.each([
    ['bzip2', 'BZh91AY&SY'],
    ['xz', '\xfd7zXZ\0\0\0'],
    ['Zstandard', '\x28\xb5\x2f\xfd0000'],
  ])('%s is refused by name', async (name, start) => {
    await expect(open(new Uint8Array(Buffer.from(start, 'latin1')))).rejects.toThrow(
      `x.tar: The archive is compressed with ${name}, which is not read. Unpack it`,
    );
  });

  it('gzip that is cut off is refused', async () => {
    const bytes = bytesOf('ustar.tar.gz');
    await expect(open(bytes.slice(0, bytes.length - 300))).rejects.toThrow(
      'x.tar: The archive cannot be unpacked. Download it again.',
    );
  });

  it("times, where GNU's format has them, are no part of a name", async () => {
    const files = await open(patched(FIRST, 345, '14000000000\0', 'gnu.tar'));
    expect(files.map(({ name }) => name)).toEqual(archives['gnu.tar']?.map(([name]) => name));
  });

  it('links and folders have no data, whatever they claim', async () => {
    const files = await open(patched(0, 124, '00000001000\0'));
    expect(files.map(({ name }) => name)).toEqual(archives['ustar.tar']?.map(([name]) => name));
  });
});
