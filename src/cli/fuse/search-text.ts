/** A search for people: what was tried, and what the best is worth on the pictures that were not chosen by. */
import type { SearchReport } from '../../program/report';
import { candidateWords } from '../../program/run/search-models';
import { type HalfFigures, verdict } from '../../program/search/halves';
import { digits, table } from './tables';

export function searchText(search: SearchReport): string {
  const { values, before, best, choosing, reporting } = search;
  const tried = values.map(({ loss, accuracy, ...candidate }) => [
    candidateWords(search, candidate),
    digits(loss),
    digits(accuracy),
  ]);
  const { difference, interval, pValue } = reporting.difference;
  const row = (what: string, { pictures, loss, accuracy, interval: [low, high] }: HalfFigures) => [
    what,
    `${pictures}`,
    digits(loss),
    digits(accuracy),
    `${digits(low)} to ${digits(high)}`,
  ];
  const isSame = candidateWords(search, before) === candidateWords(search, best);
  const change = `${signed(difference)} points (95 % ${signed(interval[0])} to ${signed(interval[1])}), McNemar's exact p = ${pValue.toPrecision(2)}`;
  return [
    table([['tried, on the pictures to choose by', 'loss', 'accuracy'], ...tried]),
    '',
    `Chosen on ${choosing.after.pictures} pictures, reported on ${reporting.after.pictures} others:`,
    table([
      ['', 'images', 'loss', 'accuracy', '95 % interval'],
      row(`before (${candidateWords(search, before)}), choosing`, choosing.before),
      row(`best (${candidateWords(search, best)}), choosing`, choosing.after),
      row('before, reporting', reporting.before),
      row('best, reporting', reporting.after),
    ]),
    isSame
      ? 'Nothing that was tried has a smaller loss than the model before, which stays.'
      : `On the pictures that were not chosen by: ${change}: ${verdict(reporting.difference)}.`,
    '',
  ].join('\n');
}

/** A share as points. */
export function signed(share: number): string {
  const points = (100 * share).toFixed(1);
  return share > 0 ? `+${points}` : points;
}
