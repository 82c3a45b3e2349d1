import { describe, expect, it, vi } from 'vitest';
import { readChunks } from './read-chunks';

const bytes = new Uint8Array(300_000).map((_, i) => (i * 2_654_435_761) >>> 24);

/** All chunks, copied as they come. */
async function collect(blob: Blob, chunkBytes: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(blob, chunkBytes)) chunks.push(chunk.slice());
  return chunks;
}

describe('reading a blob through one piece of memory', () => {
  it.each([0, 1, 65_536, 100_000, 100_001, 300_000])('reads %i bytes', async (length) => {
    const chunks = await collect(new Blob([bytes.subarray(0, length)]), 100_000);
    expect(chunks.map((chunk) => chunk.length)).toEqual(
      [100_000, 100_000, 100_000].flatMap((size, i) => {
        const left = length - i * size;
        return left > 0 ? [Math.min(size, left)] : [];
      }),
    );
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes.subarray(0, length)));
  });

  it('opens one stream and lends the same memory again and again', async () => {
    const blob = new Blob([bytes]);
    const stream = vi.spyOn(blob, 'stream');
    const lengths: number[] = [];
    for await (const chunk of readChunks(blob, 50_000)) lengths.push(chunk.buffer.byteLength);
    expect(lengths).toEqual(Array.from({ length: 6 }, () => 50_000));
    expect(stream).toHaveBeenCalledTimes(1);
  });

  it('gives its memory back at the end, and when its reader stops early', async () => {
    for (const most of [1, 6]) {
      const lent: Uint8Array[] = [];
      for await (const chunk of readChunks(new Blob([bytes]), 50_000)) {
        lent.push(chunk);
        if (lent.length === most) break;
      }
      expect(lent).toHaveLength(most);
      expect(lent.at(-1)?.buffer.byteLength).toBe(0);
    }
  });

  it('takes no more memory than the file is long', async () => {
    for await (const chunk of readChunks(new Blob([bytes.subarray(0, 10)]), 50_000)) {
      expect(chunk.buffer.byteLength).toBe(10);
    }
  });

  it('reads where a blob gives no byte stream', async () => {
    const blob = new Blob([bytes]);
    vi.spyOn(blob, 'stream').mockReturnValue(new ReadableStream());
    expect(Buffer.concat(await collect(blob, 70_000))).toEqual(Buffer.from(bytes));
  });

  it('rejects when the file has become shorter', async () => {
    const blob = new Blob([bytes]);
    vi.spyOn(blob, 'stream').mockReturnValue(new Blob([bytes.subarray(0, 10)]).stream());
    await expect(collect(blob, 100_000)).rejects.toMatchObject({ name: 'NotReadableError' });
  });

  it('lets the stream go when its reader stops early', async () => {
    const blob = new Blob([bytes]);
    for await (const chunk of readChunks(blob, 1000)) {
      expect(chunk.length).toBe(1000);
      break;
    }
    expect(Buffer.concat(await collect(blob, 100_000))).toEqual(Buffer.from(bytes));
  });
});
