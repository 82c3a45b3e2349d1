/**
 * What CLIP's image processor does to a picture, as transformers 5.23 does it without torchvision
 * (`CLIPImageProcessorPil`): resize and centre crop here; rescale and normalise in patches.ts.
 */
import type { ProcessorConfig, RgbImage } from '../types';
import { resizeWindow } from './resize';

/** Size after resizing: `get_resize_output_image_size` of transformers' image_transforms.py. */
function resizedSize(
  { width, height }: RgbImage,
  target: ProcessorConfig['resize'],
): { width: number; height: number } {
  if (target === null) return { width, height };
  if ('width' in target) return { width: target.width, height: target.height };
  const short = target.shortestEdge;
  return width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };
}

/**
 * The picture resized and centre-cropped, still 8 bits a sample. Where the crop is larger than the resized picture the
 * rest is black, as in transformers. Pixels that the crop leaves out are never computed.
 */
export function preprocess(image: RgbImage, config: ProcessorConfig): RgbImage {
  const { width, height } = resizedSize(image, config.resize);
  const crop = config.crop ?? { width, height };
  // Python's floor division: half a pixel goes to the left and to the top, also where these are negative.
  const left = Math.floor((width - crop.width) / 2);
  const top = Math.floor((height - crop.height) / 2);
  const window = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    width: Math.min(width, crop.width),
    height: Math.min(height, crop.height),
  };
  const visible = resizeWindow(image, width, height, config.resample, window);
  if (window.width === crop.width && window.height === crop.height) return visible;

  const data = new Uint8Array(crop.width * crop.height * 3);
  const indent = Math.max(0, -left);
  for (let y = 0; y < window.height; y++) {
    const row = visible.data.subarray(y * window.width * 3, (y + 1) * window.width * 3);
    data.set(row, ((y + Math.max(0, -top)) * crop.width + indent) * 3);
  }
  return { width: crop.width, height: crop.height, data };
}
