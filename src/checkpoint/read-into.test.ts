import { describe, expect, it, vi } from 'vitest';
import { readInto } from './read-into';

const bytes = new Uint8Array(300_000).map((_, i) => (i * 2_654_435_761) >>> 24);

describe('reading into memory that is there', () => {
  it.each([0, 1, 65_536, 65_537, 300_000])('reads %i bytes', async (length) => {
    const part = bytes.subarray(0, length);
    const read = await readInto(new Blob([part]), new ArrayBuffer(300_000));
    expect(read).toEqual(part);
  });

  it('hands the memory back for the next piece', async () => {
    const blob = new Blob([bytes]);
    let buffer = new ArrayBuffer(100_000);
    for (const begin of [0, 100_000, 200_000]) {
      const read = await readInto(blob.slice(begin, begin + 100_000), buffer);
      expect(read).toEqual(bytes.subarray(begin, begin + 100_000));
      expect(buffer.byteLength).toBe(0);
      buffer = read.buffer;
      expect(buffer.byteLength).toBe(100_000);
    }
  });

  it('reads where a blob gives no byte stream', async () => {
    const blob = new Blob([bytes]);
    vi.spyOn(blob, 'stream').mockReturnValue(new ReadableStream());
    expect(await readInto(blob, new ArrayBuffer(300_000))).toEqual(bytes);
  });

  it('rejects when the file has become shorter', async () => {
    const blob = new Blob([bytes]);
    vi.spyOn(blob, 'stream').mockReturnValue(new Blob([bytes.subarray(0, 10)]).stream());
    await expect(readInto(blob, new ArrayBuffer(300_000))).rejects.toMatchObject({
      name: 'NotReadableError',
    });
  });
});
