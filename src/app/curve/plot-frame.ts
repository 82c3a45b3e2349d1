/** The frame that a plot is drawn in: its size, its colours, and where a value lies in it. */
import type { PlotData } from './plot-data';
import type { Scale } from './scale';

/** A colour by the name of its custom property: `var(--ink)` on the page, a fixed one in a file. */
export type Colour = (name: string) => string;

/** Of all names in a plot, in pixels. */
export const LABEL_SIZE = 11;

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Room beside and around the axes, in pixels. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What every part of a drawing is drawn from. */
export interface Part {
  readonly data: PlotData;
  readonly frame: Frame;
  readonly colour: Colour;
}

/** Both axes of a plot in its frame. */
export function scalesOf({ domain, range }: PlotData, frame: Frame): { x: Scale; y: Scale } {
  return {
    x: { from: domain.min, to: domain.max, start: frame.left, end: frame.width - frame.right },
    y: { from: range[0], to: range[1], start: frame.height - frame.bottom, end: frame.top },
  };
}
