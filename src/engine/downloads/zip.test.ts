import { describe, expect, it } from 'vitest';
import { zipEntries } from '../../taskpool/images/zip-entries';
import { type ZipEntry, zipSize, zipStored } from './zip';

const encoded = (text: string) => new TextEncoder().encode(text);

function entry(name: string, ...chunks: readonly string[]): ZipEntry {
  return {
    name,
    size: encoded(chunks.join('')).length,
    async *chunks() {
      for (const chunk of chunks) yield encoded(chunk);
    },
  };
}

async function written(entries: readonly ZipEntry[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const chunk of zipStored(entries)) parts.push(chunk.slice());
  return new Blob(parts);
}

const ENTRIES = [
  entry('config.json', '{"a": ', '1}'),
  entry('model.safetensors', 'tensors', '', ' and more'),
  entry('empty.txt'),
  entry('größe.txt', 'ü'),
];

describe('a zip', () => {
  it('has the entries as they are, one after the other', async () => {
    const blob = await written(ENTRIES);
    const files = await zipEntries({ name: 'x.zip', blob });
    const texts = await Promise.all(files.map(async (file) => (await file.read()).text()));
    expect(files.map(({ name }, i) => [name, texts[i]])).toEqual([
      ['config.json', '{"a": 1}'],
      ['model.safetensors', 'tensors and more'],
      ['empty.txt', ''],
      ['größe.txt', 'ü'],
    ]);
  });

  it('is as large as was predicted', async () => {
    expect(zipSize(ENTRIES)).toBe((await written(ENTRIES)).size);
  });

  it('is the same for the same entries, whenever it is made', async () => {
    const [one, other] = [await written(ENTRIES), await written(ENTRIES)];
    expect(await one.arrayBuffer()).toEqual(await other.arrayBuffer());
    // The date of the first entry, as zips of MS-DOS tell it: 1 January 1980.
    const header = new DataView(await one.arrayBuffer());
    expect(header.getUint32(10, true)).toBe(((0 << 9) | (1 << 5) | 1) << 16);
  });

  /** Sizes of the records by APPNOTE.TXT 4.3: local header, descriptor, central header, end. */
  const RECORDS = 30 + 16 + 46 + 22;
  /** What zip64 adds: wide sizes after the data and in the directory, two records at the end. */
  const WIDE_SIZES = 8 + 28;
  const WIDE_END = 56 + 20;
  it.each([
    [0, 0],
    [2 ** 32 - 2, WIDE_END],
    [2 ** 32 - 1, WIDE_SIZES + WIDE_END],
    [5 * 2 ** 30, WIDE_SIZES + WIDE_END],
  ])('of %i bytes has room for sizes of 64 bits where it needs them', (size, more) => {
    const { name, chunks } = entry('ab');
    expect(zipSize([{ name, size, chunks }])).toBe(size + 2 * name.length + RECORDS + more);
  });

  it('reads no entry before its turn, and ends those that it reads when nobody asks any more', async () => {
    const log: string[] = [];
    const watched = (name: string): ZipEntry => ({
      name,
      size: 100_000,
      async *chunks() {
        log.push(`${name} begins`);
        try {
          for (let i = 0; i < 100; i++) yield new Uint8Array(1000);
        } finally {
          log.push(`${name} ends`);
        }
      },
    });
    let bytes = 0;
    for await (const chunk of zipStored([watched('a'), watched('b')])) {
      bytes += chunk.length;
      if (bytes > 2000) break;
    }
    expect(log).toEqual(['a begins', 'a ends']);
  });

  it('fails as its entry does', async () => {
    const failing: ZipEntry = {
      name: 'a',
      size: 10,
      // biome-ignore lint/correctness/useYield: it fails before it yields anything.
      async *chunks() {
        throw new Error('The file has changed.');
      },
    };
    await expect(written([failing])).rejects.toThrow('The file has changed.');
  });
});
