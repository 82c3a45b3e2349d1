/** Results as tables for people; the report has all digits. */
import { average, type TaskScore } from '../../program/report';

/** One run: a line for each task. */
export function resultTable(results: readonly TaskScore[]): string {
  const mean = average(results);
  const isWhole = results.every(({ unreadable }) => unreadable === undefined);
  /** A column that is only there where it says something. */
  const left = (text: string) => (isWhole ? [] : [text]);
  return table([
    ['task', 'images', ...left('unreadable'), 'accuracy', 'loss'],
    ...results.map(({ task, n, available, unreadable, accuracy, loss }) => [
      task,
      available === undefined ? `${n}` : `${n} of ${available}`,
      ...left(`${unreadable?.length ?? 0}`),
      digits(accuracy),
      digits(loss),
    ]),
    ['average', '', ...left(''), digits(mean.accuracy), digits(mean.loss)],
  ]);
}

/** Names that are shown of each task's pictures; the report has all. */
const NAMES_SHOWN = 3;

/** What a run has left out of its numbers; null where that is nothing. */
export function unreadableText(results: readonly TaskScore[]): string | null {
  const lines = results.flatMap(({ task, n, unreadable }) => {
    if (!unreadable) return [];
    const names = unreadable.slice(0, NAMES_SHOWN).map(({ image }) => image);
    const more = unreadable.length > NAMES_SHOWN ? ', ...' : '';
    return [
      `  ${task}: ${unreadable.length} of ${n + unreadable.length} (${names.join(', ')}${more})`,
    ];
  });
  if (lines.length === 0) return null;
  return [
    'Some pictures could not be read and are in none of the numbers:',
    ...lines,
    'The report names them all, with the reasons. taskpool.on_unreadable=error stops at the first, as FusionBench does.',
  ].join('\n');
}

export interface RunRow {
  /** What the run has of its own, by key. */
  readonly swept: ReadonlyMap<string, string>;
  readonly results: readonly TaskScore[];
}

/**
 * What a command ends with, of the runs that have ended: the table, and what pictures are not in it.
 * @param many - whether more than one run was asked for
 */
export function endingTables(rows: readonly RunRow[], many: boolean): Ending {
  const [only] = rows;
  const table =
    many && only ? sweepTable(rows) : only?.results.length ? resultTable(only.results) : null;
  // The same pictures in every run.
  return { table, unreadable: only ? unreadableText(only.results) : null };
}

interface Ending {
  readonly table: string | null;
  readonly unreadable: string | null;
}

/** A multirun: a line for each run, accuracies by task, and the best average below. */
export function sweepTable(rows: readonly RunRow[]): string {
  const keys = [...new Set(rows.flatMap(({ swept }) => [...swept.keys()]))];
  const tasks = [...new Set(rows.flatMap(({ results }) => results.map(({ task }) => task)))];
  const lines = rows.map(({ swept, results }) => {
    const mean = average(results);
    return [
      ...keys.map((key) => swept.get(key) ?? ''),
      ...tasks.map((name) => {
        const result = results.find(({ task }) => task === name);
        return digits(result?.accuracy ?? null);
      }),
      digits(mean.accuracy),
      digits(mean.loss),
    ];
  });
  const text = table([[...keys, ...tasks, 'average', 'loss'], ...lines]);
  const best = bestRow(rows);
  if (!best) return text;
  const place = [...best.swept].map(([key, value]) => `${key}=${value}`).join(' ');
  return `${text}\nHighest average accuracy: ${digits(average(best.results).accuracy)} at ${place}`;
}

/** The first of those with the highest average accuracy. */
export function bestRow(rows: readonly RunRow[]): RunRow | undefined {
  let best: { readonly row: RunRow; readonly accuracy: number } | undefined;
  for (const row of rows) {
    const { accuracy } = average(row.results);
    if (accuracy !== null && accuracy > (best?.accuracy ?? -1)) best = { row, accuracy };
  }
  return best?.row;
}

export function digits(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}

/** The first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
