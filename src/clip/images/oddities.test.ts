import { describe, expect, it } from 'vitest';
import type { ProcessorConfig, RgbImage } from '../types';
import { decodeImage } from './decode';
import { fixtureJson, sha256 } from './fixtures';
import { resize, resizeWindow } from './resize';

interface Oddities {
  png: { name: string; file: string; rgb: string }[];
  resize: {
    from: [width: number, height: number];
    to: [width: number, height: number];
    filter: ProcessorConfig['resample'];
    rgb: string;
  }[];
}

const oddities = fixtureJson<Oddities>('image-oddities.json');

/** The generator of reference/groups/image_oddities.py. */
function noise(width: number, height: number): RgbImage {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 255;
  });
  return { width, height, data };
}

describe('every kind of PNG has the pixels that FusionBench scores', () => {
  it.each(oddities.png)('$name', async ({ name, file, rgb }) => {
    const blob = new Blob([Buffer.from(file, 'base64')]);
    expect(sha256((await decodeImage({ name, blob })).data)).toBe(rgb);
  });
});

describe("resizing is Pillow's", () => {
  it.each(oddities.resize)('$from to $to, $filter', ({ from, to, filter, rgb }) => {
    const result = resize(noise(...from), ...to, filter);
    expect([result.width, result.height]).toEqual(to);
    expect(sha256(result.data)).toBe(rgb);
  });

  it.each(oddities.resize)('in a window, $from to $to, $filter', ({ from, to, filter }) => {
    const [width, height] = to;
    const whole = resize(noise(...from), width, height, filter);
    const window = {
      left: Math.floor(width / 3),
      top: Math.floor(height / 4),
      width: Math.ceil(width / 2),
      height: Math.ceil(height / 3),
    };
    const part = resizeWindow(noise(...from), width, height, filter, window);
    for (let y = 0; y < window.height; y++) {
      const start = ((window.top + y) * width + window.left) * 3;
      const row = part.data.subarray(y * window.width * 3, (y + 1) * window.width * 3);
      expect(row).toEqual(whole.data.subarray(start, start + window.width * 3));
    }
  });
});
