/** The visited points as files: the same numbers as CSV and as JSON, and the name that each file gets. */
import type { ExportedFile, TaskView } from '../../state/types';
import { curveAsCsv } from './curve-csv';
import type { CurveRow } from './curve-rows';

export type NamedTask = Pick<TaskView, 'id' | 'name' | 'imageCount'>;

/** What the curve is a curve of. */
export interface Recipe {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly base: string;
  /** In the order of the sum. */
  readonly experts: readonly { readonly name: string; readonly weight: number }[];
}

export function csvFile(rows: readonly CurveRow[], tasks: readonly NamedTask[]): ExportedFile {
  const file = new Blob([curveAsCsv(rows, tasks)], { type: 'text/csv' });
  return { name: 'accuracy_by_scaling_factor.csv', file };
}

/** Accuracies 0..1; `tasks` of a point by name. */
export function jsonFile(
  rows: readonly CurveRow[],
  tasks: readonly NamedTask[],
  recipe: Recipe,
): ExportedFile {
  const points = rows.map((row) => ({
    scaling_factor: row.scalingFactor,
    average: row.average,
    average_interval_95: row.interval,
    images: row.pictures,
    ...(row.choosing !== undefined && { average_to_choose_by: row.choosing }),
    tasks: Object.fromEntries(
      tasks.flatMap(({ id, name }) => {
        const accuracy = row.tasks[id];
        return accuracy === undefined ? [] : [[name, accuracy]];
      }),
    ),
  }));
  const images = Object.fromEntries(tasks.map(({ name, imageCount }) => [name, imageCount]));
  const text = JSON.stringify({ recipe, images, points }, null, 2);
  return {
    name: 'accuracy_by_scaling_factor.json',
    file: new Blob([text], { type: 'application/json' }),
  };
}

/** The recipe in one line, for people. */
export function recipeLine({ method, options, base, experts }: Recipe): string {
  const terms = experts.map(({ name, weight }) => (weight === 1 ? name : `${weight} × ${name}`));
  const set = Object.entries(options).map(([name, value]) => `${name} = ${String(value)}`);
  return [`${method} of ${terms.join(' + ')} on ${base}`, ...set].join(', ');
}
