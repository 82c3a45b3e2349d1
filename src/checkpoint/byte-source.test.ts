import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteSource, fill, joined } from './byte-source';
import { fileSource } from './file-source-node';
import { readChunks } from './read-chunks';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256);

async function onDisk(bytes: Uint8Array, name = 'file'): Promise<ByteSource> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return fileSource(path);
}

const bytesOf = async (source: ByteSource) => [...new Uint8Array(await source.arrayBuffer())];

/** The same bytes from wherever they can come. */
const SOURCES: readonly (readonly [string, () => Promise<ByteSource>])[] = [
  ['a Blob', async () => new Blob([BYTES])],
  ['a file', () => onDisk(BYTES)],
  ['a part of a file', async () => (await onDisk(Uint8Array.of(1, ...BYTES, 2))).slice(1, 1001)],
  [
    'a Blob and files, one after the other',
    async () =>
      joined([
        new Blob([BYTES.slice(0, 300)]),
        await onDisk(new Uint8Array(0), 'empty'),
        await onDisk(BYTES.slice(300, 301), 'one'),
        await onDisk(BYTES.slice(301), 'rest'),
      ]),
  ],
  [
    'Blobs, one after the other',
    async () => joined([new Blob([BYTES.slice(0, 300)]), new Blob([BYTES.slice(300)])]),
  ],
];

describe.each(SOURCES)('%s', (_, make) => {
  it('has a size and its bytes', async () => {
    const source = await make();
    expect(source.size).toBe(1000);
    expect(await bytesOf(source)).toEqual([...BYTES]);
    expect(await source.text()).toBe(await new Blob([BYTES]).text());
  });

  it.each([
    [10, 20],
    [295, 305],
    [0, 1000],
    [300, 300],
    [20, 10],
    [990, 5000],
    [5000, 6000],
    [2 ** 53 - 1, 2 ** 53],
    [-10, undefined],
    [-5000, -990],
    [undefined, undefined],
  ])('has the part from %s to %s as an array has it', async (begin, end) => {
    const part = (await make()).slice(begin, end);
    const expected = [...BYTES.slice(begin, end)];
    expect(part.size).toBe(expected.length);
    expect(await bytesOf(part)).toEqual(expected);
  });

  it('has parts of parts', async () => {
    const part = (await make()).slice(200, 400).slice(50, 150).slice(40, 60);
    expect(await bytesOf(part)).toEqual([...BYTES.slice(290, 310)]);
  });

  it("fills memory of the caller's, no more than there is", async () => {
    const source = await make();
    const memory = new Uint8Array(40).fill(9);
    expect(await fill(source, 280, memory.subarray(10, 30))).toBe(20);
    expect([...memory]).toEqual([
      ...Array(10).fill(9),
      ...BYTES.slice(280, 300),
      ...Array(10).fill(9),
    ]);
    expect(await fill(source, 995, memory)).toBe(5);
    expect([...memory.subarray(0, 5)]).toEqual([...BYTES.slice(995)]);
    expect(await fill(source, 1000, memory)).toBe(0);
    // The end of a part is no end of the whole's bytes.
    const part = source.slice(0, 10);
    expect(await fill(part, 5, new Uint8Array(100))).toBe(5);
  });

  it.each([1, 7, 300, 1000, 5000])('is read from end to end in chunks of %d', async (size) => {
    const found: number[] = [];
    for await (const chunk of readChunks(await make(), size)) {
      expect(chunk.length).toBe(Math.min(size, 1000 - found.length));
      found.push(...chunk);
    }
    expect(found).toEqual([...BYTES]);
  });
});
