/**
 * How pictures are prepared: `preprocessor_config.json` (up to transformers 4) or `processor_config.json` (5, with the settings
 * under `image_processor`), sizes as objects, lists or plain integers, defaults those of `CLIPImageProcessor`.
 */
import { FormatError } from '../../errors';
import { isJsonObject } from '../files';
import type { ProcessorConfig } from '../types';
import { finiteNumber, flag, positiveInteger, type Section, wrongValue } from './section';

/** OpenAI's normalisation, kept by nearly every CLIP since. */
const OPENAI_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const OPENAI_STD = [0.26862954, 0.26130258, 0.27577711] as const;
const DEFAULT_SIDE = 224;
/** Pillow's numbers for its filters. */
const RESAMPLE = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
const DEFAULT_RESAMPLE = 3;

/** `CLIPImageProcessor`'s defaults for a tower of this picture size. */
export function defaultProcessor(imageSize: number): ProcessorConfig {
  return {
    resize: { shortestEdge: imageSize },
    crop: { height: imageSize, width: imageSize },
    resample: 'bicubic',
    rescaleFactor: 1 / 255,
    mean: OPENAI_MEAN,
    std: OPENAI_STD,
  };
}

/**
 * Reads the settings of one file.
 * @throws FormatError where a value cannot be used, or where the prepared picture is not the size that the tower takes
 */
export function readProcessor(section: Section, imageSize: number): ProcessorConfig {
  const resample = finiteNumber(section, 'resample') ?? DEFAULT_RESAMPLE;
  const filter = RESAMPLE[resample];
  if (filter === undefined) throw wrongValue(section, 'resample', 'a filter of Pillow (0 to 5)');
  const resize = flag(section, 'do_resize', true) ? readResize(section) : null;
  const crop = flag(section, 'do_center_crop', true) ? readCrop(section) : null;
  const final = crop ?? (resize !== null && 'height' in resize ? resize : undefined);
  if (final !== undefined && (final.height !== imageSize || final.width !== imageSize)) {
    throw new FormatError(
      section.file,
      `it prepares pictures of ${final.height} x ${final.width} pixels, but the vision tower takes ${imageSize} x ${imageSize}. Use the file that belongs to these weights.`,
    );
  }
  const normalize = flag(section, 'do_normalize', true);
  return {
    resize,
    crop,
    resample: filter,
    rescaleFactor: flag(section, 'do_rescale', true)
      ? (finiteNumber(section, 'rescale_factor') ?? 1 / 255)
      : null,
    mean: normalize ? readChannels(section, 'image_mean', OPENAI_MEAN) : null,
    std: normalize ? readChannels(section, 'image_std', OPENAI_STD) : null,
  };
}

type Side = { readonly height: number; readonly width: number };

function readResize(section: Section): ProcessorConfig['resize'] {
  const size = section.values.size;
  if (typeof size === 'number') {
    const shortestEdge = positiveInteger(section, 'size') ?? DEFAULT_SIDE;
    return { shortestEdge };
  }
  if (isJsonObject(size) && size.shortest_edge !== undefined && size.longest_edge === undefined) {
    const edge = positiveInteger(inside(section, 'size', size), 'shortest_edge');
    return { shortestEdge: edge ?? DEFAULT_SIDE };
  }
  if (size === undefined || size === null) return { shortestEdge: DEFAULT_SIDE };
  return readSide(section, 'size', 'a number, { shortest_edge } or { height, width }');
}

function readCrop(section: Section): Side {
  const size = section.values.crop_size ?? undefined;
  if (size === undefined) return { height: DEFAULT_SIDE, width: DEFAULT_SIDE };
  if (typeof size === 'number') {
    const side = positiveInteger(section, 'crop_size') ?? DEFAULT_SIDE;
    return { height: side, width: side };
  }
  return readSide(section, 'crop_size', 'a number or { height, width }');
}

/** `{ height, width }`, or `[height, width]`. */
function readSide(section: Section, key: string, allowed: string): Side {
  const value = section.values[key];
  const object = Array.isArray(value) ? { height: value[0], width: value[1] } : value;
  if (!isJsonObject(object)) throw wrongValue(section, key, allowed);
  const at = inside(section, key, object);
  const height = positiveInteger(at, 'height');
  const width = positiveInteger(at, 'width');
  if (height === undefined || width === undefined) throw wrongValue(section, key, allowed);
  return { height, width };
}

function inside(section: Section, key: string, values: Section['values']): Section {
  return { file: section.file, path: `${section.path}${key}.`, values };
}

type Channels = readonly [number, number, number];

function readChannels(section: Section, key: string, fallback: Channels): Channels {
  const value = section.values[key] ?? fallback;
  const numbers = Array.isArray(value) ? value : [value, value, value];
  const [red, green, blue] = numbers;
  if (numbers.length !== 3 || !numbers.every((n) => typeof n === 'number' && Number.isFinite(n))) {
    throw wrongValue(section, key, 'one number per colour channel');
  }
  return [red, green, blue];
}
