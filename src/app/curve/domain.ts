/** The plot's axis of scaling factors, which the slider below it shares. */
export const SLIDER = { min: -1, max: 2, step: 0.01 } as const;

/** Further out the slider would become too short to hold; such values are scored and tabled, and not plotted. */
const FURTHEST: Domain = { min: -3, max: 4 };

/** Where the axis begins while nothing below zero was visited: a third of the slider that few need. */
const NEAREST_START = -0.1;

/** Room that the axis leaves on either side of the plot, in CSS pixels. The slider leaves the same. */
export const GUTTER = { left: 40, right: 16 } as const;

export interface Domain {
  readonly min: number;
  readonly max: number;
}

export interface Wanted {
  readonly wantsNegative?: boolean;
  /** Where the slider ends. */
  readonly reach?: number | undefined;
}

/**
 * What was visited decides: from a little below zero to the slider's end; all of the slider once a negative factor was
 * visited or is wanted; and on to what lies beyond the slider.
 */
export function plotDomain(
  visited: readonly { readonly scalingFactor: number }[],
  factor: number,
  { wantsNegative = false, reach = SLIDER.max }: Wanted = {},
): Domain {
  const values = [factor, ...visited.map(({ scalingFactor }) => scalingFactor)];
  const inside = values.filter((value) => value >= FURTHEST.min && value <= FURTHEST.max);
  const lowest = Math.min(0, ...inside);
  const start = lowest < 0 || wantsNegative ? SLIDER.min : NEAREST_START;
  return { min: Math.min(start, lowest), max: Math.max(reach, ...inside) };
}

/** Where a value lies on the axis: 0 at its start, 1 at its end. */
export function axisShare(value: number, { min, max }: Domain): number {
  return (value - min) / (max - min);
}
