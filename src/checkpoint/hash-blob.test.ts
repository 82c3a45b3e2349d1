import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashBlob } from './hash-blob';

const MiB = 1024 * 1024;
const bytes = new Uint8Array(9 * MiB + 5).map((_, i) => (i * 2_654_435_761) >>> 24);
const blob = new Blob([bytes]);
const expected = createHash('sha256').update(bytes).digest('hex');

describe('SHA-256 of a blob', () => {
  it.each([0, 1, 63, 64, 4 * MiB, 4 * MiB + 1])('of %i bytes', async (length) => {
    const part = bytes.subarray(0, length);
    const digest = await hashBlob(new Blob([part]));
    expect(digest).toBe(createHash('sha256').update(part).digest('hex'));
  });

  it('reports growing progress up to the whole', async () => {
    const seen: (readonly [number, number])[] = [];
    const digest = await hashBlob(blob, {
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(digest).toBe(expected);
    expect(seen).toEqual([4 * MiB, 8 * MiB, bytes.length].map((done) => [done, bytes.length]));
  });

  it('lets other work run between the chunks', async () => {
    const long = new Blob([bytes, bytes, bytes]);
    let otherRan = false;
    const seen: boolean[] = [];
    await hashBlob(long, {
      onProgress() {
        if (seen.length === 0) {
          setImmediate(() => {
            otherRan = true;
          });
        }
        seen.push(otherRan);
      },
    });
    expect(seen.at(-1)).toBe(true);
  });

  it('runs twice at once', async () => {
    const digests = await Promise.all([hashBlob(blob), hashBlob(blob.slice(1))]);
    const second = createHash('sha256').update(bytes.subarray(1)).digest('hex');
    expect(digests).toEqual([expected, second]);
  });

  it('goes on from a saved state', async () => {
    const saved: { bytesDone: number; state: Uint8Array }[] = [];
    await hashBlob(blob, {
      onProgress: (bytesDone, _, state) => saved.push({ bytesDone, state: state() }),
    });
    const [resume] = saved;
    const done: number[] = [];
    const digest = await hashBlob(blob, {
      resume,
      onProgress: (bytesDone) => done.push(bytesDone),
    });
    expect(digest).toBe(expected);
    expect(done).toEqual([8 * MiB, bytes.length]);
    await expect(hashBlob(blob.slice(0, MiB), { resume })).rejects.toThrow(RangeError);
  });

  it('stops with the reason of the signal', async () => {
    const controller = new AbortController();
    const attempt = hashBlob(blob, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stopped by the user')),
    });
    await expect(attempt).rejects.toThrow('stopped by the user');
  });
});
