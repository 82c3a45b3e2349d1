/** Numbers as text, the same everywhere. English digits and separators, as in the papers and reports they come from. */
import type { Interval } from '../state/types';

export { formatBytes, formatSecondsLeft } from '../quantities';

/** 0.7574 as `75.7 %`. */
export function formatPercent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** Half the width of a 95 % interval in percentage points: `±2.1`. */
export function formatMargin([low, high]: Interval): string {
  return `±${((high - low) * 50).toFixed(1)}`;
}

/** `95 % interval 73.5 % to 77.8 %`. */
export function formatInterval([low, high]: Interval): string {
  return `95 % interval ${formatPercent(low)} to ${formatPercent(high)}`;
}

/** A difference of two ratios in percentage points, signed: `+13.0`, `−2.1`, `0.0`. */
export function formatChange(difference: number): string {
  const points = (Math.abs(difference) * 100).toFixed(1);
  if (points === '0.0') return points;
  return difference > 0 ? `+${points}` : `−${points}`;
}

/** At least two decimals, more where the value has them, in the ASCII that a number field takes: `0.70`, `-0.30`, `0.125`. */
export function typeFactor(value: number): string {
  const short = value.toFixed(2);
  return Number(short) === value ? short : String(value);
}

/** The same for reading, with a true minus sign. */
export function formatFactor(value: number): string {
  return typeFactor(value).replace('-', '−');
}

/** A whole number with commas. Not by `Intl`: a browser without locales (WebKitGTK under `LANG=C`) throws at its constructors. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 image`, `400 images`. */
export function formatMany(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
