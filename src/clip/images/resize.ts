/** Resizing as `PIL.Image.resize` does it. */
import type { ProcessorConfig, RgbImage } from '../types';
import { nearest } from './nearest';
import { cut, resample, type Window } from './resample';

/** A window of `image` resized to `width` x `height`: the same pixels as cut from the whole result, at less work. */
export function resizeWindow(
  image: RgbImage,
  width: number,
  height: number,
  filter: ProcessorConfig['resample'],
  window: Window,
): RgbImage {
  if (image.width === width && image.height === height) return cut(image, window);
  return filter === 'nearest'
    ? nearest(image, width, height, window)
    : resample(image, width, height, filter, window);
}

/** `image` resized to `width` x `height`, equal byte for byte to Pillow 13's `Image.resize((width, height), filter)`. */
export function resize(
  image: RgbImage,
  width: number,
  height: number,
  filter: ProcessorConfig['resample'],
): RgbImage {
  return resizeWindow(image, width, height, filter, { left: 0, top: 0, width, height });
}
