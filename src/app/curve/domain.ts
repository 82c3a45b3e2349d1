/** The plot's axis of scaling factors, which the slider below it shares. */
import type { CurvePoint } from '../../state/types';

export const SLIDER = { min: -1, max: 2, step: 0.01 } as const;

/** Further out the slider would become too short to hold; such values are scored and tabled, and not plotted. */
const FURTHEST: Domain = { min: -3, max: 4 };

/** Room that the axis leaves on either side of the plot, in CSS pixels. The slider leaves the same. */
export const GUTTER = { left: 40, right: 16 } as const;

export interface Domain {
  readonly min: number;
  readonly max: number;
}

/** From end to end of the slider, and on to what was visited beyond it. */
export function plotDomain(curve: readonly CurvePoint[], factor: number): Domain {
  const values = [factor, ...curve.map(({ scalingFactor }) => scalingFactor)];
  const inside = values.filter((value) => value >= FURTHEST.min && value <= FURTHEST.max);
  return { min: Math.min(SLIDER.min, ...inside), max: Math.max(SLIDER.max, ...inside) };
}

/** Where a value lies on the axis: 0 at its start, 1 at its end. */
export function axisShare(value: number, { min, max }: Domain): number {
  return (value - min) / (max - min);
}
