import { describe, expect, it } from 'vitest';
import type { ProcessorConfig, RgbImage } from '../types';
import { decodeImage } from './decode';
import { expected, fixtureBytes, picture, sha256 } from './fixtures';
import { pixelTable, writePixels } from './patches';
import { preprocess } from './preprocess';

const { configs, files } = expected();

type Side = { height: number; width: number };

/** The fixtures' processor settings, every key known, with CLIPImageProcessor's defaults for those that are missing. */
function processor(settings: Readonly<Record<string, unknown>>): ProcessorConfig {
  const size = settings.size as number | { shortest_edge: number } | Side | undefined;
  const crop = settings.crop_size as number | Side | undefined;
  const shortestEdge =
    typeof size === 'number' ? size : size && 'shortest_edge' in size && size.shortest_edge;
  const normalize = settings.do_normalize !== false;
  return {
    resize: settings.do_resize === false ? null : shortestEdge ? { shortestEdge } : (size as Side),
    crop:
      settings.do_center_crop === false
        ? null
        : typeof crop === 'number'
          ? { height: crop, width: crop }
          : (crop ?? null),
    resample: settings.resample === 2 ? 'bilinear' : 'bicubic',
    rescaleFactor: 1 / 255,
    mean: normalize ? (settings.image_mean as [number, number, number]) : null,
    std: normalize ? (settings.image_std as [number, number, number]) : null,
  };
}

function planes(crop: RgbImage, config: ProcessorConfig): Float32Array {
  const out = new Float32Array(crop.data.length);
  writePixels(crop, pixelTable(config), out, 0);
  return out;
}

// The processed fixtures are made of the plain RGB pixels, so a picture with a transparent colour has none that count.
const usable = files.filter((row) => row.fusionBenchRgb === row.rgb);

describe('crops and pixel values equal those of CLIPImageProcessorPil', () => {
  it.each(usable)('$file', async (row) => {
    const image = await decodeImage(await picture(`files/${row.file}`));
    for (const [name, result] of Object.entries((row.datasets ?? row).processed)) {
      const config = processor(configs[name] ?? {});
      const crop = preprocess(image, config);
      expect([name, crop.height, crop.width]).toEqual([name, result.height, result.width]);
      expect([name, sha256(crop.data)]).toEqual([name, result.crop]);
      const values = planes(crop, config);
      expect([name, sha256(new Uint8Array(values.buffer))]).toEqual([name, result.pixelValues]);
    }
  });
});

it('equals the processor value by value where the results are kept whole', async () => {
  for (const file of ['rgb.png', '420.jpg', '300x7.png', '20x20.png', 'lossy.webp']) {
    const config = processor(configs['32'] ?? {});
    const crop = preprocess(await decodeImage(await picture(`files/${file}`)), config);
    expect(crop.data).toEqual(fixtureBytes(`images/full/${file}.crop.bin`));
    const values = new Float32Array(fixtureBytes(`images/full/${file}.pixel-values.bin`).buffer);
    expect(planes(crop, config)).toEqual(values);
  }
});

it('resizes a strip of extreme shape without making the part that the crop leaves out', () => {
  const strip = { width: 100_000, height: 1, data: new Uint8Array(300_000).fill(200) };
  const config = processor({ size: { shortest_edge: 224 }, crop_size: 224, do_normalize: false });
  const crop = preprocess(strip, config);
  expect([crop.width, crop.height]).toEqual([224, 224]);
  expect(crop.data.every((value) => value === 200)).toBe(true);
});

it('refuses a picture of which nothing would be left', () => {
  const strip = { width: 1000, height: 1, data: new Uint8Array(3000) };
  const config = { ...processor({ do_resize: false }), resize: { onlyLongestEdge: 32 } };
  expect(() => preprocess(strip, config, 'a.png')).toThrow(
    /^a\.png: The picture is 1000 x 1 pixels, too narrow to be scaled to 32 x 0/,
  );
});
