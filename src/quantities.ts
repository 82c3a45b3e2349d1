/** Amounts in words, the same on the page and on the command line. */

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
