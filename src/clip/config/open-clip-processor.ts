/**
 * `preprocess_cfg` of an `open_clip_config.json`: how OpenCLIP 3.3 prepares pictures (`open_clip/transform.py`). Its usual way,
 * `shortest`, is that of CLIPImageProcessor, by which FusionBench scores and which such repositories name besides; there the crop
 * begins where transformers has it (torchvision rounds an odd margin to even). Transformers has no other way: those are OpenCLIP's own.
 */
import type { JsonObject } from '../files';
import type { ProcessorConfig } from '../types';
import { section } from './open-clip-config';
import { readProcessor } from './processor';
import { type Section, wrongValue } from './section';

const MODES = ['shortest', 'longest', 'squash'] as const;
/** For scoring, `random` is the default. */
const FILTERS: Readonly<Record<string, ProcessorConfig['resample']>> = {
  bicubic: 'bicubic',
  bilinear: 'bilinear',
  random: 'bicubic',
};

/**
 * Nothing where the file says nothing. The tower's size counts, whatever `size` says.
 * @throws FormatError where OpenCLIP refuses a setting
 */
export function openClipProcessor(
  file: string,
  json: JsonObject,
  imageSize: number,
): ProcessorConfig | undefined {
  const given = section(file, '', json, 'preprocess_cfg');
  if (Object.keys(given.values).length === 0) return undefined;
  // Null is as good as nothing here.
  const known = Object.entries(given.values).filter(([, value]) => value !== null);
  const settings: Section = { ...given, values: Object.fromEntries(known) };
  const { mean, std } = settings.values;
  const square = { height: imageSize, width: imageSize };
  const read = readProcessor(
    {
      ...settings,
      values: {
        size: imageSize,
        crop_size: imageSize,
        ...(mean === undefined ? {} : { image_mean: mean }),
        ...(std === undefined ? {} : { image_std: std }),
      },
    },
    imageSize,
  );
  const mode = oneOf(settings, 'resize_mode', MODES);
  oneOf(settings, 'mode', ['RGB']);
  const resample = FILTERS[oneOf(settings, 'interpolation', Object.keys(FILTERS))];
  return {
    ...read,
    resample: resample ?? 'bicubic',
    resize: { shortest: read.resize, longest: { onlyLongestEdge: imageSize }, squash: square }[
      mode
    ],
    crop: {
      ...square,
      ...(mode === 'shortest' ? {} : { isRoundedEven: true }),
      ...(mode === 'longest' ? { fill: fillOf(settings) } : {}),
    },
    ...(mode === 'shortest' ? {} : { keepsTransparent: true }),
  };
}

/** The first name where there is none. */
function oneOf<Name extends string>(settings: Section, key: string, names: readonly Name[]): Name {
  const value = settings.values[key] || names[0];
  const name = names.find((known) => known === value);
  if (name === undefined) throw wrongValue(settings, key, `one of ${names.join(', ')}`);
  return name;
}

/** Grey level of the margins. */
function fillOf(settings: Section): number {
  const value = settings.values.fill_color ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255) {
    throw wrongValue(settings, 'fill_color', 'a whole number from 0 to 255');
  }
  return value;
}
