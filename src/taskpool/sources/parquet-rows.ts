/** Rows of Parquet files: labels at once, pictures when they are asked for. */
import type { ByteSource } from '../../checkpoint/byte-source';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { missingPicture } from '../images/picture-paths';
import {
  openParquet,
  type ParquetFile,
  type ParquetRow,
  type PicturePath,
} from '../parquet/parquet-file';
import { type LabelledRow, withNumbers } from './label-numbers';
import type { DatasetRow, PictureAt, RowPlace } from './types';

/**
 * The rows of the files in their order, which belong to one split.
 * @param classnamesOf - what else is known of a column's classes
 * @param pictureAt - finds pictures that a file names by their paths
 * @throws FormatError where a picture is a path at which there is none, a file cannot be read, or says otherwise than the others what its classes are
 */
export async function openParquetRows(
  files: readonly NamedBlob[],
  classnamesOf: (column: string) => readonly string[] | undefined,
  pictureAt: PictureAt = async () => undefined,
): Promise<{ classnames: readonly string[] | undefined; rows: DatasetRow[]; notes: string[] }> {
  const rows: LabelledRow[] = [];
  const notes: string[] = [];
  let given: { readonly file: string; readonly names: readonly string[] | undefined } | undefined;
  for (const source of files) {
    const file = await openParquet(source);
    const names = file.classnames ?? classnamesOf(file.labelColumn);
    given ??= { file: file.name, names };
    if (String(names) !== String(given.names)) {
      throw new FormatError(file.name, `Its class names are not those of ${given.file}.`);
    }
    await requirePictures(file, pictureAt);
    const labelled = await labelledRows(file, source.blob, pictureAt);
    if (labelled.length < file.rowCount) {
      notes.push(`${file.name}: ${file.rowCount - labelled.length} rows without a label`);
    }
    rows.push(...labelled);
  }
  return { ...withNumbers(rows, given?.names), notes };
}

async function labelledRows(
  file: ParquetFile,
  source: ByteSource,
  pictureAt: PictureAt,
): Promise<LabelledRow[]> {
  const picture = pictureReader(file, pictureAt);
  const labels = await file.labels();
  return file.rowGroups.flatMap(({ from, to }, index) => {
    const lies: RowPlace = { source, ranges: file.rangesOf(index) };
    return labels.slice(from, to).flatMap((label, place) => {
      const row = from + place;
      // Rows without a label have none, or -1.
      if (label === undefined || label === -1) return [];
      return [{ name: `${file.name}/${row}`, label, lies, read: () => picture(row) }];
    });
  });
}

async function pictureOf(
  { name }: ParquetFile,
  { path }: PicturePath,
  pictureAt: PictureAt,
): Promise<ByteSource> {
  const found = await pictureAt(path, name);
  if (found) return found;
  throw missingPicture(name, path);
}

/** Before anything is scored: pictures that are paths have to be there. */
async function requirePictures(file: ParquetFile, pictureAt: PictureAt): Promise<void> {
  for (const index of file.rowGroups.keys()) {
    if (!file.hasPathsAlone(index)) continue;
    for (const { picture } of await file.rowGroup(index)) {
      if (picture && 'path' in picture) await pictureOf(file, picture, pictureAt);
    }
  }
}

/** Keeps the row group that was read last: pictures are asked for in their order, more or less. */
function pictureReader(
  file: ParquetFile,
  pictureAt: PictureAt,
): (row: number) => Promise<ByteSource> {
  let kept: { readonly index: number; readonly rows: Promise<ParquetRow[]> } | undefined;
  return async (row) => {
    const index = file.rowGroups.findIndex(({ to }) => row < to);
    if (kept?.index !== index) kept = { index, rows: file.rowGroup(index) };
    const { picture } = (await kept.rows)[row - (file.rowGroups[index]?.from ?? 0)] ?? {};
    if (picture instanceof Uint8Array) return new Blob([picture]);
    if (picture) return pictureOf(file, picture, pictureAt);
    throw new FormatError(`${file.name}/${row}`, 'There is no picture in this row.');
  };
}
