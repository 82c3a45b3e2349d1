/**
 * What becomes of a PNG's tRNS chunk on the way to RGB. Pillow 13 carries a single transparent colour along when it
 * converts to RGB, and transformers 5.23 then lays such a picture on white; a palette with graded alpha loses it.
 * Where Pillow hands the colour on without converting it, the odd outcome is kept: the scores are made with it.
 */
import { FormatError } from '../../errors';
import type { Png } from './png-chunks';

type Rgb = readonly [number, number, number];

/** The one palette entry that is wholly transparent while all others are opaque, where there is just one. */
function singleIndex(alphas: Uint8Array): number | undefined {
  // Pillow's pattern allows one newline at the end, because `$` in Python's regular expressions does.
  const newline = alphas.length > 1 && alphas[alphas.length - 1] === 0x0a;
  const entries = newline ? alphas.subarray(0, -1) : alphas;
  const index = entries.indexOf(0);
  return index >= 0 && entries.every((alpha, i) => i === index || alpha === 255)
    ? index
    : undefined;
}

/**
 * The colour whose pixels become white.
 *
 * @param palette all 256 colours that a palette picture can name.
 * @throws FormatError where the tRNS chunk is too short.
 */
export function colourKey(
  { colour, depth, transparency }: Png,
  palette: Uint8Array,
  file: string,
): Rgb | undefined {
  if (!transparency || colour === 'grey+alpha' || colour === 'rgb+alpha') return undefined;
  if (colour === 'palette') {
    const index = singleIndex(transparency);
    if (index === undefined) return undefined;
    const [r = 0, g = 0, b = 0] = palette.subarray(index * 3, index * 3 + 3);
    return [r, g, b];
  }
  const needed = colour === 'rgb' ? 6 : 2;
  if (transparency.length < needed) {
    throw new FormatError(
      file,
      `The PNG is damaged: its chunk tRNS has ${transparency.length} bytes instead of ${needed}.`,
    );
  }
  const view = new DataView(transparency.buffer, transparency.byteOffset, needed);
  const grey = view.getUint16(0);
  // Only the low byte of each sample is compared, whatever the depth.
  if (colour === 'rgb') return [grey & 255, view.getUint16(2) & 255, view.getUint16(4) & 255];
  // These two are not converted to RGB: the grey level is taken for red alone.
  if (depth === 1) return [grey === 0 ? 0 : 255, 0, 0];
  if (depth === 16) return [grey & 255, 0, 0];
  const level = Math.min(grey, 255);
  return [level, level, level];
}

/** Makes every pixel of the colour white, in place. */
export function whiten(data: Uint8Array, [r, g, b]: Rgb): void {
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== r || data[i + 1] !== g || data[i + 2] !== b) continue;
    data[i] = 255;
    data[i + 1] = 255;
    data[i + 2] = 255;
  }
}
