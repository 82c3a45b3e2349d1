/** Numbers as text, the same everywhere. English digits and separators, as in the papers and reports they come from. */
import type { Interval } from '../state/types';

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

/** Decimal units, as file managers and browsers' quotas use them: `4.9 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `12 s left`, `3 min left`: no finer than the guess is. */
export function formatSecondsLeft(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}
