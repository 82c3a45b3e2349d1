import { describe, expect, it } from 'vitest';
import { decodeImage } from '../images/decode';
import { expected, picture, sha256 } from '../images/fixtures';
import { preprocess } from '../images/preprocess';
import { openClipProcessor } from './open-clip-config';
import { defaultProcessor } from './processor';

const read = (preprocess_cfg: Record<string, unknown>, imageSize = 32) =>
  openClipProcessor('open_clip_config.json', { preprocess_cfg }, imageSize);

const MEAN = [0.5, 0.25, 0.125];
const STD = [0.25, 0.5, 0.75];

describe('preprocess_cfg', () => {
  it('is resize of the shorter side with a bicubic filter and a centre crop, unless it says more', () => {
    expect(read({ mean: MEAN, std: STD })).toEqual({
      ...defaultProcessor(32),
      mean: MEAN,
      std: STD,
    });
    expect(read({ interpolation: 'bicubic', resize_mode: 'shortest' })).toEqual(
      defaultProcessor(32),
    );
  });

  it.each([{ resize_mode: 'longest' }, { interpolation: 'lanczos' }, { mode: 'L' }])(
    'that prepares pictures otherwise is refused: %o',
    (setting) => {
      const [key] = Object.keys(setting);
      expect(() => read(setting)).toThrow(`open_clip_config.json: preprocess_cfg.${key} is "`);
    },
  );

  it('is bicubic where it says random, as OpenCLIP evaluates', () => {
    expect(read({ interpolation: 'random', mode: 'RGB', size: 999 })).toEqual(defaultProcessor(32));
  });

  it('that is absent says nothing', () => {
    expect(openClipProcessor('open_clip_config.json', {}, 32)).toBeUndefined();
    expect(read({})).toBeUndefined();
  });
});

describe('pictures are prepared with Pillow’s filter of that name', () => {
  const files = ['rgb.png', '444.jpg', '300x7.png', '20x20.png', '225x223.jpg'];
  it.each([
    ['bilinear', { interpolation: 'bilinear' }, '32-bilinear'],
    ['bicubic', { interpolation: 'bicubic' }, '32'],
    ['bicubic, squashed', { interpolation: 'bicubic', resize_mode: 'squash' }, '32-squeezed'],
  ])('%s', async (_, settings, fixture) => {
    const config = read(settings);
    if (!config) throw new Error('there are settings');
    for (const file of files) {
      const row = expected().files.find((candidate) => candidate.file === file);
      const crop = preprocess(await decodeImage(await picture(`files/${file}`)), config);
      expect([file, sha256(crop.data)]).toEqual([file, row?.processed[fixture]?.crop]);
    }
  });
});
