import { describe, expect, it } from 'vitest';
import type { ZeroShotHead } from '../head';
import { decodeHead, encodeHead } from './head-file';
import { bitsOf } from './testing';

const DIGEST = '0123456789abcdef'.repeat(4);

/** Numbers that a careless way of writing would change. */
const HEAD: ZeroShotHead = {
  weights: Float32Array.of(0.1, -0, 1e-45, Math.fround(1 / 3), -3.4028234663852886e38, 1),
  classes: 2,
  dimension: 3,
  logitScale: Math.fround(Math.exp(4.6052)),
};

describe('a head that is kept as bytes', () => {
  it('comes back to the last bit', async () => {
    const back = await decodeHead(DIGEST, await encodeHead(DIGEST, HEAD));
    expect(back && bitsOf(back)).toEqual(bitsOf(HEAD));
  });

  it('is nothing as soon as any byte of it is another', async () => {
    const bytes = await encodeHead(DIGEST, HEAD);
    const believed: number[] = [];
    for (const at of bytes.keys()) {
      for (const bit of [1, 128]) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ bit;
        if ((await decodeHead(DIGEST, damaged)) !== null) believed.push(at);
      }
    }
    expect(bytes.length).toBeGreaterThan(300);
    expect(believed).toEqual([]);
  });

  it('is nothing where it ends early, goes on, or is empty', async () => {
    const bytes = await encodeHead(DIGEST, HEAD);
    for (const length of [0, 7, 8, 100, bytes.length - 4, bytes.length - 1]) {
      expect(await decodeHead(DIGEST, bytes.slice(0, length))).toBeNull();
    }
    const longer = new Uint8Array([...bytes, 0, 0, 0, 0]);
    expect(await decodeHead(DIGEST, longer)).toBeNull();
  });

  it('is nothing under another key, and where its numbers are none', async () => {
    const bytes = await encodeHead(DIGEST, HEAD);
    expect(await decodeHead(DIGEST.replace('0', '1'), bytes)).toBeNull();
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const weights = HEAD.weights.slice().fill(broken, 4, 5);
      expect(await decodeHead(DIGEST, await encodeHead(DIGEST, { ...HEAD, weights }))).toBeNull();
      const scale = { ...HEAD, logitScale: broken };
      expect(await decodeHead(DIGEST, await encodeHead(DIGEST, scale))).toBeNull();
    }
  });
});
