import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { FormatError } from '../../errors';
import { openImageFolder } from '../sources/image-folder';
import { readImageSet } from './read-image-set';
import { FIXTURES } from './test-support';
import { zipEntries } from './zip-entries';

it('reads a zip by ranges: of stored pictures only what says where they are', async () => {
  const big = new Uint8Array(200_000).fill(7);
  const files = Object.fromEntries(
    ['a', 'b'].flatMap((name) => [1, 2, 3, 4].map((n) => [`${name}/${n}.png`, big])),
  );
  const blob = new Blob([zipSync(files, { level: 0 }) as Uint8Array<ArrayBuffer>]);
  let read = 0;
  const arrayBuffer = Blob.prototype.arrayBuffer;
  const counted = vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(function (this: Blob) {
    read += this.size;
    return arrayBuffer.call(this);
  });
  const stream = vi.spyOn(Blob.prototype, 'stream');
  const set = await readImageSet([{ name: 't.zip', blob }]);
  expect(set.tasks[0]?.images.map((image) => image.blob.size)).toEqual(
    Array.from({ length: 8 }, () => big.length),
  );
  expect(read).toBeLessThan(blob.size / 10);
  expect(stream).not.toHaveBeenCalled();
  counted.mockRestore();
});

it('reads a zip of many small pictures once', async () => {
  const small = new Uint8Array(500).fill(7);
  const names = Array.from({ length: 200 }, (_, n) => `${n % 2}/${n}.png`);
  const files = Object.fromEntries(names.map((name) => [name, small]));
  const blob = new Blob([zipSync(files, { level: 0 }) as Uint8Array<ArrayBuffer>]);
  const reads = vi.spyOn(Blob.prototype, 'arrayBuffer');
  const slices = vi.spyOn(Blob.prototype, 'slice');
  const set = await readImageSet([{ name: 't.zip', blob }]);
  // Where its directory is, the directory, and the lot: no Blob for each picture.
  expect(reads.mock.calls.length).toBeLessThan(10);
  expect(slices.mock.calls.length).toBeLessThan(10);
  reads.mockRestore();
  slices.mockRestore();
  const { images } = set.tasks[0] ?? { images: [] };
  expect(images).toHaveLength(200);
  expect(new Uint8Array((await images[77]?.blob.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(
    small,
  );
});

it('lists files alone, by their paths, whichever way the slashes lean', async () => {
  const paths = ['cat/1.png', 'cat/größe 猫.png', 'dog/deep/1.png', 'tasks.json'];
  for (const name of ['windows-backslashes.zip', 'python-streamed.zip']) {
    const blob = new Blob([readFileSync(new URL(`zips/${name}`, FIXTURES))]);
    const files = await zipEntries({ name, blob });
    expect(files.map((file) => file.name).toSorted()).toEqual(paths);
  }
});

it.each([
  ['is encrypted', 8, 1, 'encrypted'],
  ['bzip2 packed', 10, 12, 'compressed with bzip2, which is not read'],
  ['LZMA packed', 10, 14, 'compressed with LZMA, which is not read'],
])('says which file %s', async (_, field, value, what) => {
  const archive = new Uint8Array(readFileSync(new URL('zips/python-stored.zip', FIXTURES)));
  const directory = Buffer.from(archive).indexOf('PK\x01\x02');
  archive[directory + field] = value;
  const [first, second] = await zipEntries({ name: 't.zip', blob: new Blob([archive]) });
  await expect(first?.read()).rejects.toThrow(
    new FormatError(
      't.zip/cat/1.png',
      `The file is ${what}. Unpack the zip and add its folder, or pack it again with deflate.`,
    ),
  );
  expect((await second?.read())?.size).toBe(768);
});

it('says of a zip that is packed in another way why nothing in it can be read', async () => {
  const bytes = zipSync({ 'a/1.png': new Uint8Array(9), 'b/1.png': new Uint8Array(9) });
  const archive = Buffer.from(bytes);
  for (let at = archive.indexOf('PK\x01\x02'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 1))
    archive[at + 10] = 14;
  await expect(readImageSet([{ name: 't.zip', blob: new Blob([archive]) }])).rejects.toThrow(
    't.zip: None of its pictures can be read. The first, t.zip/a/1.png: The file is compressed with LZMA, which is not read. Unpack the zip and add its folder, or pack it again with deflate.',
  );
});

describe('names that are not marked as UTF-8', () => {
  const archive = (path: string) => ({
    name: 'animals.zip',
    blob: new Blob([readFileSync(new URL(`zips/${path}`, FIXTURES))]),
  });

  it('are read as Python reads them, which is said where it may not be what was meant', async () => {
    const set = await readImageSet([archive('names/utf-8.zip')]);
    expect(set.tasks[0]?.classnames).toEqual(['Müller', 'M├╝ller', '\ufeffcafé']);
    expect(set.remarks).toEqual([
      {
        name: 'animals.zip',
        remark:
          'its names are not marked as UTF-8, so they are read in code page 437 as Python reads them: "M├╝ller/2.png", not "Müller/2.png". If that is wrong, unpack the zip and add its folder',
      },
    ]);
    const folder = await openImageFolder('x', new Map([['train', [archive('names/utf-8.zip')]]]));
    expect(folder.classnames).toEqual(set.tasks[0]?.classnames);
    expect(folder.notes).toEqual([`animals.zip: ${set.remarks[0]?.remark}`]);
  });

  it('are nothing to speak of in code page 437', async () => {
    const set = await readImageSet([archive('names/code-page-437.zip')]);
    expect(set.tasks[0]?.classnames).toEqual(['Müller', 'café', 'naïve']);
    expect(set.remarks).toEqual([]);
  });
});

describe('a zip that means harm', () => {
  /** Entries of one megabyte of packed zeros, each of which claims a gigabyte. */
  function bomb(entries: number, claimed: number): Uint8Array<ArrayBuffer> {
    const names = Array.from({ length: entries }, (_, n) => `${n % 2}/${n}.png`);
    const packed = new Uint8Array(1_000_000);
    const archive = Buffer.from(
      zipSync(Object.fromEntries(names.map((name) => [name, packed])), { level: 0 }),
    );
    let at = archive.indexOf('PK\x01\x02');
    for (; at >= 0; at = archive.indexOf('PK\x01\x02', at + 4)) {
      archive.writeUInt16LE(8, at + 10);
      archive.writeUInt32LE(claimed, at + 24);
    }
    return new Uint8Array(archive);
  }

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      'unpacks to ten gigabytes',
      bomb(10, 1_000_000_000),
      'The zip has 10000922 bytes and would unpack to 10000000000. Add the pictures themselves.',
    ],
    [
      'has a directory of an exabyte',
      zip64({ directoryBytes: 2n ** 60n, directoryAt: 0n }),
      'The zip cannot be read (its directory lies beyond its end). Pack it again, or add its folder.',
    ],
    [
      'has its directory nowhere',
      zip64({ directoryBytes: 100n, directoryAt: 2n ** 63n }),
      'The zip cannot be read (its directory lies beyond its end). Pack it again, or add its folder.',
    ],
  ])('%s: one sentence', async (_, bytes, reason) => {
    await expect(zipEntries({ name: 'x.zip', blob: new Blob([bytes]) })).rejects.toThrow(
      `x.zip: ${reason}`,
    );
  });

  function zip64(lies: { directoryBytes: bigint; directoryAt: bigint }): Uint8Array<ArrayBuffer> {
    const archive = new Uint8Array(readFileSync(new URL('zips/python-zip64.zip', FIXTURES)));
    const record = Buffer.from(archive).indexOf('PK\x06\x06');
    const view = new DataView(archive.buffer);
    view.setBigUint64(record + 40, lies.directoryBytes, true);
    view.setBigUint64(record + 48, lies.directoryAt, true);
    return archive;
  }
});
