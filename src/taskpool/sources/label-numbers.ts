/** Labels of rows as class indices. */
import type { ByteSource } from '../../checkpoint/byte-source';
import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import type { DatasetRow, RowPlace } from './types';

export interface LabelledRow {
  readonly name: string;
  readonly label: number | string;
  readonly lies?: RowPlace;
  read(): Promise<ByteSource>;
}

/**
 * Labels that are names, as numbers: by the names that are given, else by the sorted ones there are.
 * @throws FormatError for a label that is none of the classes
 */
export function withNumbers(
  rows: readonly LabelledRow[],
  given: readonly string[] | undefined,
): { classnames: readonly string[] | undefined; rows: DatasetRow[] } {
  const texts = rows.flatMap(({ label }) => (typeof label === 'string' ? [label] : []));
  const classnames =
    given ?? (texts.length > 0 ? [...new Set(texts)].sort(byCodePoint) : undefined);
  const labels = new Map(classnames?.map((name, label) => [name, label]));
  return {
    classnames,
    rows: rows.map((row) => {
      const label = typeof row.label === 'string' ? labels.get(row.label) : row.label;
      if (label !== undefined && label >= 0) return { ...row, label };
      throw new FormatError(
        row.name,
        `The label ${row.label} is none of the ${classnames?.length} classes.`,
      );
    }),
  };
}
