/** Pictures and labels of Parquet files as a task. */
import type { ByteSource } from '../../checkpoint/byte-source';
import { FormatError } from '../../errors';
import { openParquet, type ParquetFile, type PicturePath } from '../parquet/parquet-file';
import type { ImageTask } from '../types';
import { type Labelled, labelledTask } from './labelled-task';
import { missingPicture, type PictureFinder } from './picture-paths';
import type { Skipped } from './sources';
import type { TableGroup } from './table-splits';

async function readFile(
  file: ParquetFile,
  skipped: Skipped[],
  step: (count: number) => void,
  find: PictureFinder,
): Promise<Labelled[]> {
  const blobOf = async (picture: Uint8Array<ArrayBuffer> | PicturePath): Promise<ByteSource> => {
    if (picture instanceof Uint8Array) return new Blob([picture]);
    const found = find(picture.path, file.name);
    if (!found) throw missingPicture(file.name, picture.path);
    return found.read();
  };
  const pictures: Labelled[] = [];
  let row = 0;
  let without = 0;
  for await (const rows of file.rows()) {
    for (const { picture, label } of rows) {
      // Unlabelled rows carry no label, or -1.
      if (!picture || label === undefined || label === -1) without++;
      else pictures.push({ name: `${file.name}/${row}`, label, blob: await blobOf(picture) });
      row++;
    }
    step(rows.length);
  }
  if (without > 0) {
    skipped.push({ name: file.name, reason: `${without} rows without a picture or a label` });
  }
  return pictures;
}

/** The class names that the files have. @throws FormatError where they differ */
function namesIn(files: readonly ParquetFile[]): readonly string[] | undefined {
  const [first, ...others] = files;
  const given = first?.classnames;
  const different = others.find(({ classnames }) => String(classnames) !== String(given));
  if (!different) return given;
  throw new FormatError(different.name, `Its class names are not those of ${first?.name}.`);
}

/** @throws FormatError where the files cannot be read, do not belong together, or hold no task. */
export async function readParquetTask(
  group: TableGroup,
  skipped: Skipped[],
  step: (count: number) => void,
  find: PictureFinder,
): Promise<ImageTask> {
  const files: ParquetFile[] = [];
  const pictures: Labelled[] = [];
  for (const { path, read } of group.files) {
    const file = await openParquet({ name: path, blob: await read() });
    files.push(file);
    pictures.push(...(await readFile(file, skipped, step, find)));
  }
  return labelledTask(group, namesIn(files), pictures);
}
