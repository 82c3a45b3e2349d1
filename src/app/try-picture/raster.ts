/**
 * What is drawn as a grey bitmap of the size that a task's pictures have. Computed here and not read from a canvas, whose pixels
 * some browsers disturb. Pure.
 */

/** In pixels of the bitmap, from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

/** Radius of the pen as a share of the side: MNIST's strokes are two to three of 28 pixels wide. */
const PEN = 0.045;

/**
 * How much of each pixel the pen has covered, 0..255, row by row: the strokes are lines between their points, with round ends
 * and edges that are softened over one pixel.
 */
export function inkOf(strokes: readonly Stroke[], side: number): Uint8ClampedArray {
  const ink = new Uint8ClampedArray(side * side);
  const radius = Math.max(0.75, side * PEN);
  for (const stroke of strokes) {
    for (const [i, to] of stroke.entries()) addLine(ink, side, stroke[i - 1] ?? to, to, radius);
  }
  return ink;
}

/** Takes the larger of what is there and what is added: a line that is crossed is no darker there. */
function addLine(
  ink: Uint8ClampedArray,
  side: number,
  from: Point,
  to: Point,
  radius: number,
): void {
  const reach = radius + 1;
  const first = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a: number, b: number) => Math.min(side - 1, Math.ceil(Math.max(a, b) + reach));
  for (let y = first(from.y, to.y); y <= last(from.y, to.y); y++) {
    for (let x = first(from.x, to.x); x <= last(from.x, to.x); x++) {
      const away = distance({ x: x + 0.5, y: y + 0.5 }, from, to);
      const covered = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - away)));
      const at = y * side + x;
      if (covered > (ink[at] ?? 0)) ink[at] = covered;
    }
  }
}

/** From a point to a line between two. */
function distance({ x, y }: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squared;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
}

/** The grey values: light ink on a dark ground, or the other way round. */
export function greyOf(ink: Uint8ClampedArray, isDark: boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(ink, (value) => (isDark ? value : 255 - value));
}

/** A square of grey values as a file: PGM, which has them as they are. */
export function pgm(grey: Uint8Array<ArrayBuffer>, side: number): Blob {
  return new Blob([`P5 ${side} ${side} 255\n`, grey], { type: 'image/x-portable-graymap' });
}
