/**
 * What CLIP's image processor does to a picture, as transformers 5.23 does it without torchvision
 * (`CLIPImageProcessorPil`), or OpenCLIP's 3.3: resize and centre crop here; rescale and normalise in patches.ts.
 */
import { FormatError } from '../../errors';
import type { ProcessorConfig, RgbImage } from '../types';
import { resizeWindow } from './resize';
import { roundHalfEven } from './round';

/**
 * Size after resizing: `get_resize_output_image_size` and, with a longest edge, `get_size_with_aspect_ratio` of
 * transformers' image_transforms.py; the longest edge alone is OpenCLIP's `ResizeKeepRatio`.
 */
function resizedSize(
  { width, height }: RgbImage,
  target: ProcessorConfig['resize'],
): { width: number; height: number } {
  if (target === null) return { width, height };
  if ('width' in target) return { width: target.width, height: target.height };
  if ('onlyLongestEdge' in target) {
    const ratio = Math.max(height, width) / target.onlyLongestEdge;
    return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
  }
  const { shortestEdge, longestEdge } = target;
  const [less, more] = width <= height ? [width, height] : [height, width];
  if (longestEdge !== undefined && (more / less) * shortestEdge > longestEdge) {
    const exact = (longestEdge * less) / more;
    const short = roundHalfEven(exact);
    if (short === less) return { width, height };
    return width < height
      ? { width: short, height: Math.trunc((exact * height) / width) }
      : { width: Math.trunc((exact * width) / height), height: short };
  }
  const short = shortestEdge;
  return width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };
}

/** Where the crop begins on an axis of the resized picture; negative where the picture is smaller. */
function cropStart(size: number, crop: number, isRoundedEven: boolean): number {
  if (!isRoundedEven) return Math.floor((size - crop) / 2);
  return size < crop ? -Math.floor((crop - size) / 2) : roundHalfEven((size - crop) / 2);
}

/**
 * The picture resized and centre-cropped, still 8 bits a sample. Where the crop is larger than the resized picture the
 * rest is black, as in transformers, or what the configuration says. Pixels that the crop leaves out are never computed.
 *
 * @throws FormatError where nothing would be left of a side of the picture.
 */
export function preprocess(
  image: RgbImage,
  config: ProcessorConfig,
  file = 'The picture',
): RgbImage {
  const { width, height } = resizedSize(image, config.resize);
  if (width < 1 || height < 1) {
    throw new FormatError(
      file,
      `The picture is ${image.width} x ${image.height} pixels, too narrow to be scaled to ${width} x ${height}. Cut it into parts.`,
    );
  }
  const crop: NonNullable<ProcessorConfig['crop']> = config.crop ?? { width, height };
  // Python's floor division: half a pixel goes to the left and to the top, also where these are negative.
  const left = cropStart(width, crop.width, crop.isRoundedEven === true);
  const top = cropStart(height, crop.height, crop.isRoundedEven === true);
  const window = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    width: Math.min(width, crop.width),
    height: Math.min(height, crop.height),
  };
  const visible = resizeWindow(image, width, height, config.resample, window);
  if (window.width === crop.width && window.height === crop.height) return visible;

  const data = new Uint8Array(crop.width * crop.height * 3).fill(crop.fill ?? 0);
  const indent = Math.max(0, -left);
  for (let y = 0; y < window.height; y++) {
    const row = visible.data.subarray(y * window.width * 3, (y + 1) * window.width * 3);
    data.set(row, ((y + Math.max(0, -top)) * crop.width + indent) * 3);
  }
  return { width: crop.width, height: crop.height, data };
}
