import { expect, it } from 'vitest';
import type { ProcessorConfig, RgbImage } from '../types';
import { patchesLength, pixelTable, writePatches, writePixels } from './patches';

const config: ProcessorConfig = {
  resize: null,
  crop: null,
  resample: 'bicubic',
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

function noise(width: number, height: number): RgbImage {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * i * 7 + i * 13) & 255,
  );
  return { width, height, data };
}

it('leaves samples as they are without rescaling and normalising', () => {
  const [red] = pixelTable({ ...config, rescaleFactor: null, mean: null, std: null });
  expect([...red]).toEqual(Array.from({ length: 256 }, (_, i) => i));
});

it('orders patch values as a convolution with stride P reads the planes', () => {
  for (const [width, height, patch] of [
    [12, 8, 4],
    [9, 7, 3],
    [32, 32, 16],
    [5, 5, 1],
  ] as const) {
    const image = noise(width, height);
    const table = pixelTable(config);
    const planes = new Float32Array(width * height * 3);
    writePixels(image, table, planes, 0);
    const length = patchesLength(width, height, patch);
    const patches = new Float32Array(length + 2);
    writePatches(image, table, patch, patches, 1);

    const columns = Math.floor(width / patch);
    const expected = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const inside = i % (3 * patch * patch);
      const n = (i - inside) / (3 * patch * patch);
      const channel = Math.floor(inside / (patch * patch));
      const y = Math.floor(n / columns) * patch + (Math.floor(inside / patch) % patch);
      const x = (n % columns) * patch + (inside % patch);
      expected[i] = planes[(channel * height + y) * width + x] ?? Number.NaN;
    }
    expect(patches.subarray(1, length + 1)).toEqual(expected);
    expect([patches[0], patches[length + 1]]).toEqual([0, 0]);
  }
});

it('refuses a tensor that is too short', () => {
  const out = new Float32Array(10 * 10 * 3);
  const table = pixelTable(config);
  expect(() => writePatches(noise(10, 10), table, 5, out, 1)).toThrow(RangeError);
  expect(() => writePixels(noise(10, 10), table, out, 1)).toThrow(RangeError);
});
