/** Numbers in sentences. */

/** Two decimals, and two digits where that says nothing: `0.93`, `0.0012`. */
export function number(value: number): string {
  const text = Math.abs(value) < 0.01 && value !== 0 ? value.toPrecision(2) : value.toFixed(2);
  return text.replace('-', '−');
}

/** Whole per cent, with a decimal below ten: `62 %`, `3.4 %`. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value.toFixed(Math.abs(value) < 9.95 ? 1 : 0)} %`;
}

/** Once where both come to the same: `0.93`, `0.76 to 0.95`. */
export function range(low: number, high: number, text: (value: number) => string): string {
  const [from, to] = [text(low), text(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** Of an even number the lower of both in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
