/** Sizes in a processor's configuration, as transformers 5.23 takes them (`get_size_dict`, image_processing_utils.py). */
import { isJsonObject } from '../files';
import type { ProcessorConfig } from '../types';
import { flag, isNull, positiveInteger, type Section, wrongValue } from './section';

const DEFAULT_SIDE = 224;
const RESIZE_FORMS =
  'a number, { shortest_edge }, { shortest_edge, longest_edge } or { height, width }';

type Side = { readonly height: number; readonly width: number };

/** @throws FormatError for sizes that transformers refuses, and for { max_height, max_width } */
export function readResize(section: Section): ProcessorConfig['resize'] {
  // Kept for KOSMOS-2; the class's own size takes the place of whatever is given.
  if (flag(section, 'use_square_size', false)) return { height: DEFAULT_SIDE, width: DEFAULT_SIDE };
  const { size } = section.values;
  if (isNull(section, 'size')) throw wrongValue(section, 'size', RESIZE_FORMS);
  if (size === undefined) return { shortestEdge: DEFAULT_SIDE };
  if (typeof size === 'number') {
    const side = positiveInteger(section, 'size') ?? DEFAULT_SIDE;
    const isSquare = flag(section, 'default_to_square', false);
    return isSquare ? { height: side, width: side } : { shortestEdge: side };
  }
  if (isJsonObject(size) && 'shortest_edge' in size) {
    if (Object.keys(size).some((key) => key !== 'shortest_edge' && key !== 'longest_edge')) {
      throw wrongValue(section, 'size', RESIZE_FORMS);
    }
    const inner = inside(section, 'size', size);
    const shortestEdge = positiveInteger(inner, 'shortest_edge');
    const longestEdge = positiveInteger(inner, 'longest_edge');
    if (shortestEdge === undefined) throw wrongValue(section, 'size', RESIZE_FORMS);
    return longestEdge === undefined ? { shortestEdge } : { shortestEdge, longestEdge };
  }
  return readSide(section, 'size', RESIZE_FORMS);
}

/** @throws FormatError for sizes that transformers refuses */
export function readCrop(section: Section): Side {
  const size = section.values.crop_size;
  if (size === undefined) return { height: DEFAULT_SIDE, width: DEFAULT_SIDE };
  if (typeof size === 'number') {
    const side = positiveInteger(section, 'crop_size') ?? DEFAULT_SIDE;
    return { height: side, width: side };
  }
  return readSide(section, 'crop_size', 'a number or { height, width }');
}

/**
 * Padding after everything else: without a size it is to the largest of the pictures, which come one by one.
 * @throws FormatError where it would change anything
 */
export function readPadding(section: Section, imageSize: number): void {
  if (isNull(section, 'do_pad') || !flag(section, 'do_pad', false)) return;
  const size = section.values.pad_size ?? undefined;
  if (size === undefined) return;
  const allowed = `${imageSize} x ${imageSize}, the tower's own size,`;
  const side =
    typeof size === 'number'
      ? { height: size, width: size }
      : readSide(section, 'pad_size', allowed);
  if (side.height !== imageSize || side.width !== imageSize) {
    throw wrongValue(section, 'pad_size', allowed);
  }
}

/** `{ height, width }` and no more, or `[height, width]`. */
function readSide(section: Section, key: string, allowed: string): Side {
  const value = section.values[key];
  const object = Array.isArray(value) ? { height: value[0], width: value[1] } : value;
  if (!isJsonObject(object)) throw wrongValue(section, key, allowed);
  const at = inside(section, key, object);
  const height = positiveInteger(at, 'height');
  const width = positiveInteger(at, 'width');
  if (height === undefined || width === undefined || Object.keys(object).length !== 2) {
    throw wrongValue(section, key, allowed);
  }
  return { height, width };
}

function inside(section: Section, key: string, values: Section['values']): Section {
  return { file: section.file, path: `${section.path}${key}.`, values };
}
