/**
 * Splits as `datasets` writes them: `test`, `train[:10%]`, `train[100:200]+test`.
 *
 * Source: datasets 5.2.0, `datasets/arrow_reader.py`.
 */
import { ConfigError } from '../../../errors';
import type { SplitPart } from './types';

const partPattern =
  /^(?<split>\w+(?:\.\w+)*)(?:\[(?:(?<from>-?[\d_]+)(?<fromPercent>%)?)?:(?:(?<to>-?[\d_]+)(?<toPercent>%)?)?\])?(?:\((?<rounding>[^)]*)\))?$/;

/** @throws ConfigError for what `datasets` would not read */
export function parseSplit(text: string): SplitPart[] {
  return text.split(/\s*\+\s*/).map((part) => parsePart(part, text));
}

function parsePart(part: string, text: string): SplitPart {
  const groups = partPattern.exec(part)?.groups;
  if (!groups) {
    throw new ConfigError(
      `${JSON.stringify(part || text)} is no split. Splits read test, train[:500], train[10%:20%], train+test.`,
    );
  }
  const { split = '', from, to, fromPercent, toPercent, rounding } = groups;
  const percent = fromPercent !== undefined || toPercent !== undefined;
  const ends = { from: boundary(from), to: boundary(to) };
  if (percent && [ends.from, ends.to].some((end) => end !== null && Math.abs(end) > 100)) {
    throw new ConfigError(`${part}: per cents have to be between -100 and 100.`);
  }
  return {
    split,
    ...ends,
    unit: percent ? '%' : 'rows',
    rounding: roundingOf(rounding, percent, part),
  };
}

function boundary(text: string | undefined): number | null {
  return text === undefined ? null : Number(text.replaceAll('_', ''));
}

function roundingOf(
  rounding: string | undefined,
  percent: boolean,
  part: string,
): SplitPart['rounding'] {
  if (rounding === undefined) return 'closest';
  if (percent && (rounding === 'closest' || rounding === 'pct1_dropremainder')) return rounding;
  throw new ConfigError(
    `${part}: after per cents (closest) or (pct1_dropremainder) may stand, not (${rounding}).`,
  );
}

/** The text that `parseSplit` reads back. */
export function splitText(parts: readonly SplitPart[]): string {
  return parts
    .map(({ split, from, to, unit, rounding }) => {
      if (from === null && to === null) return split;
      const end = (value: number | null) =>
        value === null ? '' : `${value}${unit === '%' ? '%' : ''}`;
      const suffix = unit === '%' && rounding !== 'closest' ? `(${rounding})` : '';
      return `${split}[${end(from)}:${end(to)}]${suffix}`;
    })
    .join('+');
}

/**
 * The rows that a part of a split means: from `from` up to, not including, `to`.
 * @param rows - the size of the split
 * @throws ConfigError where the part begins after its end, or whole hundredths are asked of fewer than 100 rows
 */
export function splitRows(part: SplitPart, rows: number): { from: number; to: number } {
  const place = (end: number | null, open: number): number => {
    if (end === null) return open;
    const at = part.unit === '%' ? percentOf(end, rows, part) : end;
    return Math.min(Math.max(at < 0 ? rows + at : at, 0), rows);
  };
  const from = place(part.from, 0);
  const to = place(part.to, rows);
  if (from <= to) return { from, to };
  throw new ConfigError(
    `${splitText([part])} begins at row ${from} and ends before it, at ${to}, of ${rows}.`,
  );
}

function percentOf(percent: number, rows: number, part: SplitPart): number {
  if (part.rounding === 'closest') return roundHalfToEven((percent * rows) / 100);
  if (rows >= 100) return percent * Math.trunc(rows / 100);
  throw new ConfigError(
    `${splitText([part])}: with (pct1_dropremainder) nothing is left of ${rows} rows.`,
  );
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
