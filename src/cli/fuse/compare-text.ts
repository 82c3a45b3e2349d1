/** A comparison for people: the best first, what was chosen by its loss marked. */
import { bestFirst, type ComparedRow } from '../../program/compare/compare';
import { signed } from './search-text';
import { digits, table } from './tables';

export function comparisonText(rows: readonly ComparedRow[]): string {
  const { choosing: chosenBy, reporting: reportedOn } =
    rows.find((row) => row.choosing && row.reporting) ?? {};
  const lines = bestFirst(rows).map(
    ({ title, chosen, scalingFactor, choosing, reporting, difference, seconds, failure }) => {
      if (failure !== null || !reporting) return [title, '-', '-', '-', '-', '-', '-', 'failed'];
      const [low, high] = reporting.interval;
      const { interval, pValue } = difference ?? {};
      return [
        chosen ? `${title} *` : title,
        scalingFactor === null ? '' : `${scalingFactor}`,
        digits(choosing?.loss ?? null),
        digits(reporting.accuracy),
        `${digits(low)} to ${digits(high)}`,
        difference && interval
          ? `${signed(difference.difference)} (${signed(interval[0])} to ${signed(interval[1])})`
          : '',
        pValue === undefined ? '' : pValue < 0.001 ? '< 0.001' : pValue.toPrecision(2),
        seconds.toFixed(1),
      ];
    },
  );
  const failures = rows.flatMap(({ title, failure }) =>
    failure === null ? [] : [`${title}: ${failure}`],
  );
  return [
    table([
      ['', 'factor', 'loss, choosing', 'accuracy', '95 %', 'against task arithmetic', 'p', 's'],
      ...lines,
    ]),
    ...failures,
    ...(chosenBy && reportedOn
      ? [
          `Each at the factor with the least loss on ${chosenBy.pictures} pictures; accuracies are of ${reportedOn.pictures} others, p is McNemar's exact test.`,
          '* least loss of all methods on the pictures to choose by.',
        ]
      : []),
    '',
  ].join('\n');
}
