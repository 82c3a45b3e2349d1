/** Runs pieces of work one after the other, round by round, so that whatever slows the machine slows them alike. */
import type { Reference, Row } from './row';
import { spreadOf } from './spread';

export interface Contender {
  readonly name: string;
  /** What its ratio to ours is to be. */
  readonly wanted?: number;
  /** Measures once: seconds, or whatever the row's unit is. */
  measure(): Promise<number>;
}

/** The first of them is ours. */
export async function sideBySide(
  work: string,
  unit: Row['unit'],
  rounds: number,
  ours: () => Promise<number>,
  others: readonly Contender[],
  tell: (line: string) => void,
): Promise<Row> {
  const own: number[] = [];
  const theirs = others.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    own.push(await ours());
    for (const [i, { measure }] of others.entries()) theirs[i]?.push(await measure());
  }
  const references = others.map(({ name, wanted }, i): Reference => {
    const measured = theirs[i] ?? [];
    const ratio = spreadOf(measured.map((value, round) => (own[round] ?? Number.NaN) / value));
    return {
      name,
      measured: spreadOf(measured),
      ratio,
      ...(wanted === undefined ? {} : { wanted }),
    };
  });
  const row: Row = { work, unit, ours: spreadOf(own), references };
  const told = references.map(({ name, ratio }) => `${ratio.median.toFixed(2)} x ${name}`);
  tell(
    `${work}: ${row.ours.median.toPrecision(3)} ${unit}${told.length > 0 ? `, ${told.join(', ')}` : ''}`,
  );
  return row;
}
