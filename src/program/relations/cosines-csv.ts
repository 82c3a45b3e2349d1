/** The file of FusionBench's `TaskVectorCosSimilarity`: a table as `pandas.DataFrame.to_csv` writes it. */
import { formatFloat } from '../hydra/values/python-text';

/** What FusionBench calls it. */
export const COSINES_FILE = 'task_vector_cos_similarity.csv';

/** Names head the columns and begin the rows. */
export function cosinesCsv(
  names: readonly string[],
  values: readonly (readonly number[])[],
): string {
  const rows = values.map((row, i) => [cell(names[i] ?? ''), ...row.map(formatFloat)]);
  return [['', ...names.map(cell)], ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

/** Quoted where it has to be, as Python's `csv` does it. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
