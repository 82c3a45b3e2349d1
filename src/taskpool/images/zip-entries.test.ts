import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { expect, it, vi } from 'vitest';
import { FormatError } from '../../errors';
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
  const set = await readImageSet([{ name: 't.zip', blob }]);
  // Where its directory is, the directory, and the lot.
  expect(reads.mock.calls.length).toBeLessThan(10);
  reads.mockRestore();
  const { images } = set.tasks[0] ?? { images: [] };
  expect(images).toHaveLength(200);
  expect(new Uint8Array((await images[77]?.blob.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(
    small,
  );
});

it('lists files alone, by their paths, whichever way the slashes lean', async () => {
  const paths = ['cat/1.png', 'cat/größe 猫.png', 'dog/deep/1.png', 'tasks.json'];
  for (const name of ['windows-backslashes.zip', 'info-zip.zip']) {
    const blob = new Blob([readFileSync(new URL(`zips/${name}`, FIXTURES))]);
    const files = await zipEntries({ name, blob });
    expect(files.map((file) => file.name).toSorted()).toEqual(paths);
  }
});

it('says which file is encrypted', async () => {
  const archive = new Uint8Array(readFileSync(new URL('zips/python-stored.zip', FIXTURES)));
  const directory = Buffer.from(archive).indexOf('PK\x01\x02');
  archive[directory + 8] = 1;
  const [first, second] = await zipEntries({ name: 't.zip', blob: new Blob([archive]) });
  await expect(first?.read()).rejects.toThrow(
    new FormatError('t.zip/cat/1.png', 'The file is encrypted. Unpack the zip first.'),
  );
  expect((await second?.read())?.size).toBe(768);
});
