/** Undoes what PNG does to rows of samples: compression, prediction, interlacing (W3C PNG, sections 7 to 10). */
import { unzlibSync } from 'fflate';
import { FormatError } from '../../errors';
import type { Png } from './png-chunks';

/** A row of unpredicted bytes, and where its samples belong. */
export interface Row {
  /** Packed samples; only valid until the next row. */
  readonly bytes: Uint8Array;
  /** Number of pixels in it. */
  readonly count: number;
  readonly y: number;
  /** Column of its first pixel. */
  readonly x: number;
  /** Columns from one of its pixels to the next. */
  readonly step: number;
}

/** First column and row, and the distance to the next, of a pass over the picture. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** Samples of a pixel. */
const CHANNELS = { grey: 1, rgb: 3, palette: 1, 'grey+alpha': 2, 'rgb+alpha': 4 } as const;

export function bitsPerPixel(png: Pick<Png, 'colour' | 'depth'>): number {
  return CHANNELS[png.colour] * png.depth;
}

/** The prediction of section 9.4: whichever of left, above and upper left is closest to left + above - upper left. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Adds the prediction to the row in place. `unit` is the distance in bytes to the pixel on the left. */
function unpredict(filter: number, row: Uint8Array, above: Uint8Array | undefined, unit: number) {
  for (let i = 0; i < row.length; i++) {
    const left = i < unit ? 0 : (row[i - unit] as number);
    const up = above ? (above[i] as number) : 0;
    let prediction: number;
    if (filter === 1) prediction = left;
    else if (filter === 2) prediction = up;
    else if (filter === 3) prediction = (left + up) >> 1;
    else prediction = paeth(left, up, above && i >= unit ? (above[i - unit] as number) : 0);
    row[i] = (row[i] as number) + prediction;
  }
}

interface SizedPass extends Pass {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passesOf(png: Png): SizedPass[] {
  return (png.interlaced ? ADAM7 : WHOLE)
    .map((pass) => {
      const columns = Math.ceil((png.width - pass.x) / pass.dx);
      const rows = Math.ceil((png.height - pass.y) / pass.dy);
      return { ...pass, columns, rows, rowBytes: Math.ceil((columns * bitsPerPixel(png)) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/**
 * The rows of a PNG, in the order in which they are stored.
 *
 * @throws FormatError where the data is damaged or holds fewer rows than the header promises.
 */
export function* pngRows(png: Png, file: string): Generator<Row> {
  const passes = passesOf(png);
  const size = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  let data: Uint8Array;
  try {
    // The size is known, so a stream that would inflate to more cannot take more memory.
    data = unzlibSync(png.compressed, { out: new Uint8Array(size) });
  } catch (cause) {
    throw new FormatError(
      file,
      `The PNG is damaged: its picture data cannot be inflated (${(cause as Error).message}).`,
      { cause },
    );
  }
  if (data.length < size) {
    throw new FormatError(
      file,
      `The PNG is cut short: ${data.length} of ${size} bytes of picture data are there.`,
    );
  }
  const unit = Math.max(1, bitsPerPixel(png) >> 3);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, rowBytes } of passes) {
    let above: Uint8Array | undefined;
    for (let row = 0; row < rows; row++) {
      const filter = data[at] as number;
      if (filter > 4)
        throw new FormatError(file, `The PNG is damaged: row filter ${filter} does not exist.`);
      const bytes = data.subarray(at + 1, at + 1 + rowBytes);
      if (filter > 0) unpredict(filter, bytes, above, unit);
      yield { bytes, count: columns, y: y + row * dy, x, step: dx };
      above = bytes;
      at += 1 + rowBytes;
    }
  }
}
