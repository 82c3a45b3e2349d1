import { describe, expect, it } from 'vitest';
import { openClipProcessor } from './open-clip-processor';
import { defaultProcessor } from './processor';

const read = (preprocess_cfg: Record<string, unknown>, imageSize = 32) =>
  openClipProcessor('open_clip_config.json', { preprocess_cfg }, imageSize);

const MEAN = [0.5, 0.25, 0.125];
const STD = [0.25, 0.5, 0.75];

/** What OpenCLIP does otherwise than transformers, which has only `shortest`. */
const shared = defaultProcessor(32);
const own = {
  ...shared,
  crop: { height: 32, width: 32, isRoundedEven: true },
  keepsTransparent: true,
};

describe('preprocess_cfg', () => {
  it('is resize of the shorter side with a bicubic filter and a centre crop, unless it says more', () => {
    expect(read({ mean: MEAN, std: STD })).toEqual({ ...shared, mean: MEAN, std: STD });
    expect(read({ interpolation: 'bicubic', resize_mode: 'shortest' })).toEqual(shared);
  });

  it('scales to the longer side, or to both', () => {
    expect(read({ resize_mode: 'longest', fill_color: 9 })).toEqual({
      ...own,
      resize: { onlyLongestEdge: 32 },
      crop: { ...own.crop, fill: 9 },
    });
    expect(read({ resize_mode: 'squash', interpolation: 'bilinear' })).toEqual({
      ...own,
      resize: { height: 32, width: 32 },
      resample: 'bilinear',
    });
  });

  it.each([
    [{ fill_color: 256, resize_mode: 'longest' }, 'fill_color is 256, but a whole number from 0'],
    [{ resize_mode: 'fit' }, 'resize_mode is "fit", but one of shortest, longest, squash'],
    [{ interpolation: 'nearest' }, 'interpolation is "nearest", but one of bicubic, bilinear'],
    [{ std: [1, 0, 1] }, 'image_std is [1,0,1], but a number other than 0'],
  ])('is refused where it cannot be used: %j', (settings, message) => {
    expect(() => read(settings)).toThrow(message);
  });

  it('that is absent says nothing', () => {
    expect(openClipProcessor('open_clip_config.json', {}, 32)).toBeUndefined();
    expect(read({})).toBeUndefined();
  });
});
