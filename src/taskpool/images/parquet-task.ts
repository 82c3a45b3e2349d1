/** Pictures and labels of Parquet files as a task. */

import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import type { ImageTask, LabelledImage } from '../types';
import { openParquet, type ParquetFile, type PicturePath } from './parquet-file';
import type { ParquetGroup } from './parquet-splits';
import { missingPicture, type PictureFinder } from './picture-paths';
import type { Skipped } from './sources';
import { applyPrompts } from './tasks-json';

/** More classes than any data set that CLIPs are scored on; a label beyond is an error, not a class. */
const MAX_CLASSES = 100_000;

interface Labelled {
  readonly name: string;
  readonly label: number | string;
  readonly blob: Blob;
}

async function readFile(
  file: ParquetFile,
  skipped: Skipped[],
  step: (count: number) => void,
  find: PictureFinder,
): Promise<Labelled[]> {
  const blobOf = async (picture: Uint8Array<ArrayBuffer> | PicturePath): Promise<Blob> => {
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

/** The class names: those in the files, else the labels that are names, else the numbers up to the highest label. */
function classesOf(files: readonly ParquetFile[], pictures: readonly Labelled[]): string[] {
  const [first, ...others] = files;
  const given = first?.classnames;
  const different = others.find(({ classnames }) => String(classnames) !== String(given));
  if (different) {
    throw new FormatError(different.name, `Its class names are not those of ${first?.name}.`);
  }
  if (given) return [...given];
  const names = new Set<string>();
  let count = 0;
  for (const { label } of pictures) {
    if (typeof label === 'string') names.add(label);
    else count = Math.max(count, label + 1);
  }
  if (names.size > 0) return [...names].sort(byCodePoint);
  return Array.from({ length: Math.min(count, MAX_CLASSES) }, (_, label) => String(label));
}

/** @throws FormatError where the files cannot be read, do not belong together, or hold no task. */
export async function readParquetTask(
  group: ParquetGroup,
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
  const name = group.files[0]?.path ?? group.name;
  const classes = classesOf(files, pictures);
  if (pictures.length === 0)
    throw new FormatError(name, 'There are no pictures with labels in it.');
  if (classes.length < 2)
    throw new FormatError(name, 'There is one class only; a task needs at least two.');
  const indices = new Map(classes.map((classname, index) => [classname, index]));
  const images = pictures.map(({ label, ...picture }): LabelledImage => {
    const index = typeof label === 'string' ? indices.get(label) : label;
    if (index === undefined || index < 0 || index >= classes.length) {
      throw new FormatError(
        picture.name,
        `The label ${label} is none of the ${classes.length} classes.`,
      );
    }
    return { ...picture, label: index };
  });
  const prompts = applyPrompts(
    group.prompts,
    group.name,
    classes,
    `${group.name} has ${classes.length} classes`,
  );
  return { name: group.name, ...prompts, images };
}
