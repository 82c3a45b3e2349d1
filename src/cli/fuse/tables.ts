/** Results as tables for people; the report has all digits. */
import { average, type TaskResult } from '../../program/report';

/** One run: a line for each task. */
export function resultTable(results: readonly TaskResult[]): string {
  const mean = average(results);
  return table([
    ['task', 'images', 'accuracy', 'loss'],
    ...results.map(({ task, n, available, accuracy, loss }) => [
      task,
      available === undefined ? `${n}` : `${n} of ${available}`,
      digits(accuracy),
      digits(loss),
    ]),
    ['average', '', digits(mean.accuracy), digits(mean.loss)],
  ]);
}

export interface RunRow {
  /** What the run has of its own, by key. */
  readonly swept: ReadonlyMap<string, string>;
  readonly results: readonly TaskResult[];
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

function bestRow(rows: readonly RunRow[]): RunRow | undefined {
  let best: { readonly row: RunRow; readonly accuracy: number } | undefined;
  for (const row of rows) {
    const { accuracy } = average(row.results);
    if (accuracy !== null && accuracy > (best?.accuracy ?? -1)) best = { row, accuracy };
  }
  return best?.row;
}

function digits(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
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
