/** Values to places on an axis, and the round values that an axis is marked with. */

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Where `from` and `to` lie, in pixels. */
  readonly start: number;
  readonly end: number;
}

export function place(value: number, { from, to, start, end }: Scale): number {
  return start + ((value - from) / (to - from)) * (end - start);
}

export function valueAt(pixel: number, { from, to, start, end }: Scale): number {
  return from + ((pixel - start) / (end - start)) * (to - from);
}

/** Round values from end to end, at most `most` of them (two at least), 1, 2 or 5 of a power of ten apart. */
export function roundTicks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((size) => size >= rough * 0.999999);
  if (step === undefined) return [from, to];
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    // As decimals say it: 3 * 0.1 is none.
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}
