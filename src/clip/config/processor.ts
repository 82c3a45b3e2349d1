/**
 * How pictures are prepared: `preprocessor_config.json` (up to transformers 4) or `processor_config.json` (5, with the settings
 * under `image_processor`), sizes as objects, lists or plain integers, defaults those of `CLIPImageProcessor`. What is
 * computed is what transformers 5.23 computes without torchvision, whose "fast" classes are the same there; keys that
 * change nothing in it (`use_fast`, `data_format`, unknown ones) are passed over, as it passes over them.
 */
import { FormatError } from '../../errors';
import type { ProcessorConfig } from '../types';
import { readCrop, readPadding, readResize } from './processor-sizes';
import { finiteNumber, flag, isNull, type Section, wrongValue } from './section';

/** OpenAI's normalisation, kept by nearly every CLIP since. */
const OPENAI_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const OPENAI_STD = [0.26862954, 0.26130258, 0.27577711] as const;
/** Pillow's numbers for its filters. */
const RESAMPLE = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
const DEFAULT_RESAMPLE = 3;
const CLASSES = /^CLIP(?:ImageProcessor(?:Fast|Pil)?|FeatureExtractor)$/;

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
  checkClass(section);
  const resize = isOn(section, 'do_resize') ? readResize(section) : null;
  const crop = isOn(section, 'do_center_crop') ? readCrop(section) : null;
  const final = crop ?? (resize !== null && 'height' in resize ? resize : undefined);
  if (final !== undefined && (final.height !== imageSize || final.width !== imageSize)) {
    throw new FormatError(
      section.file,
      `it prepares pictures of ${final.height} x ${final.width} pixels, but the vision tower takes ${imageSize} x ${imageSize}. Use the file that belongs to these weights.`,
    );
  }
  readPadding(section, imageSize);
  const normalize = isOn(section, 'do_normalize');
  return {
    resize,
    crop,
    resample: resize === null ? 'bicubic' : readFilter(section),
    rescaleFactor: isOn(section, 'do_rescale') ? readRescaleFactor(section) : null,
    mean: normalize ? readChannels(section, 'image_mean', OPENAI_MEAN) : null,
    std: normalize ? readDeviations(section) : null,
    ...(isOn(section, 'do_convert_rgb') ? {} : { keepsTransparent: true }),
  };
}

/** Other classes have other defaults and steps. */
function checkClass(section: Section): void {
  const key = section.values.image_processor_type
    ? 'image_processor_type'
    : 'feature_extractor_type';
  const value = section.values[key] ?? undefined;
  if (value !== undefined && !(typeof value === 'string' && CLASSES.test(value))) {
    throw wrongValue(section, key, 'CLIPImageProcessor');
  }
}

/** A step that is on unless it is switched off; null switches it off as well. */
function isOn(section: Section, key: string): boolean {
  return !isNull(section, key) && flag(section, key, true);
}

function readFilter(section: Section): ProcessorConfig['resample'] {
  const { resample } = section.values;
  // Whatever name it is: transformers looks names up in a table of torchvision's, and takes bilinear where it finds none.
  if (typeof resample === 'string') return 'bilinear';
  const number = isNull(section, 'resample') ? Number.NaN : finiteNumber(section, 'resample');
  const filter = RESAMPLE[number ?? DEFAULT_RESAMPLE];
  if (filter === undefined) throw wrongValue(section, 'resample', 'a filter of Pillow (0 to 5)');
  return filter;
}

function readRescaleFactor(section: Section): number {
  if (isNull(section, 'rescale_factor')) throw wrongValue(section, 'rescale_factor', 'a number');
  return finiteNumber(section, 'rescale_factor') ?? 1 / 255;
}

type Channels = readonly [number, number, number];

function readChannels(section: Section, key: string, fallback: Channels): Channels {
  const value = key in section.values ? section.values[key] : fallback;
  const numbers = Array.isArray(value) ? value : [value, value, value];
  const [red, green, blue] = numbers;
  if (numbers.length !== 3 || !numbers.every((n) => typeof n === 'number' && Number.isFinite(n))) {
    throw wrongValue(section, key, 'one number per colour channel');
  }
  return [red, green, blue];
}

function readDeviations(section: Section): Channels {
  const channels = readChannels(section, 'image_std', OPENAI_STD);
  // Every score would be NaN. What is 0 in single precision counts.
  if (channels.some((deviation) => Math.fround(deviation) === 0)) {
    throw wrongValue(section, 'image_std', 'a number other than 0 per colour channel');
  }
  return channels;
}
