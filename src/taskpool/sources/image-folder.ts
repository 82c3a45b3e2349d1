/**
 * `imagefolder`: pictures whose class is the name of the folder they lie in.
 *
 * Source: datasets 5.2.0, `packaged_modules/folder_based_builder/folder_based_builder.py`.
 */
import type { ByteSource } from '../../checkpoint/byte-source';
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import { nameRemark, zipEntries } from '../images/zip-entries';
import { isTarName } from '../tar/open-tar';
import { isPictureName } from './picture-names';
import { baseName, type SplitFiles } from './split-files';
import type { DatasetRow } from './types';

const METADATA = new Set(['metadata.csv', 'metadata.jsonl', 'metadata.parquet']);

export function isZipName(path: string): boolean {
  return /\.zip$/i.test(path);
}

interface Picture {
  readonly name: string;
  readonly classname: string;
  /** Where it lies: pictures at different depths have no classes. */
  readonly depth: string;
  read(): Promise<ByteSource>;
}

/**
 * The rows of a split; classes are the folders of all splits together. A zip stands for what is in it, after everything
 * that is not packed (`datasets` means the same, but fails on its labels).
 * @param dataset - for messages
 * @throws FormatError where the folders do not give the classes
 */
export async function openImageFolder(
  dataset: string,
  splits: SplitFiles,
): Promise<{
  classnames: readonly string[];
  /** What people should know of how files were read. */
  notes: readonly string[];
  rowsOf(split: string): DatasetRow[];
}> {
  const notes: string[] = [];
  const pictures = new Map<string, Picture[]>();
  for (const [split, files] of splits) {
    refuseMetadata(dataset, files);
    refuseTars(dataset, files);
    pictures.set(split, await picturesOf(files, notes));
  }
  const all = [...pictures.values()].flat();
  const classnames = [...new Set(all.map(({ classname }) => classname))].sort(byCodePoint);
  const depths = new Set(all.map(({ depth }) => depth));
  if (classnames.length < 2 || depths.size > 1) {
    const what =
      all.length === 0
        ? 'there are no pictures in it'
        : depths.size > 1
          ? 'its pictures do not all lie at the same depth'
          : 'all of its pictures lie in one folder';
    throw new FormatError(
      dataset,
      `${what}, so it has no classes. One folder of pictures for each class is expected.`,
    );
  }
  const labels = new Map(classnames.map((name, label) => [name, label]));
  return {
    classnames,
    notes,
    rowsOf: (split) =>
      (pictures.get(split) ?? []).map(({ name, classname, read }) => ({
        name,
        label: labels.get(classname) ?? 0,
        read,
      })),
  };
}

async function picturesOf(files: readonly NamedBlob[], notes: string[]): Promise<Picture[]> {
  const loose = files
    .filter(({ name }) => isPictureName(name))
    .map(({ name, blob }): Picture => {
      const steps = name.split('/');
      return {
        name,
        classname: steps.at(-2) ?? '',
        depth: `${steps.length}`,
        read: async () => blob,
      };
    });
  const packed: Picture[] = [];
  for (const zip of files.filter(({ name }) => isZipName(name))) {
    packed.push(...(await picturesIn(zip, notes)));
  }
  return [...loose, ...packed];
}

async function picturesIn(zip: NamedBlob, notes: string[]): Promise<Picture[]> {
  const files = await zipEntries(zip);
  const remark = nameRemark(files);
  if (remark !== undefined) notes.push(`${zip.name}: ${remark}`);
  const entries = files.map((entry) => ({
    ...entry,
    steps: entry.name.split('/').filter((step) => step !== '' && step !== '.'),
  }));
  return entries
    .filter(({ steps }) => !steps.some((step) => /^(?:\.|__)/.test(step)))
    .filter(({ name }) => isPictureName(name))
    .sort((a, b) => inWalkOrder(a.steps, b.steps))
    .map(({ steps, read }) => ({
      name: `${zip.name}/${steps.join('/')}`,
      classname: steps.at(-2) ?? '',
      depth: `${steps.length} in a zip`,
      read,
    }));
}

/** As Python's `os.walk` comes by, names sorted: the files of a folder before the folders in it. */
function inWalkOrder(a: readonly string[], b: readonly string[]): number {
  for (let step = 0; ; step++) {
    const [isFileA, isFileB] = [step === a.length - 1, step === b.length - 1];
    if (isFileA !== isFileB) return isFileA ? -1 : 1;
    const order = byCodePoint(a[step] ?? '', b[step] ?? '');
    if (order !== 0 || isFileA) return order;
  }
}

/** `datasets` would look into it, too, and then fail on the labels. */
function refuseTars(dataset: string, files: readonly NamedBlob[]): void {
  const tar = files.find(({ name }) => isTarName(name));
  if (tar) {
    throw new FormatError(
      dataset,
      `${tar.name} is an archive, and pictures in it would be left out. Unpack it here, or name it a webdataset.`,
    );
  }
}

/** `datasets` would take its rows from it instead. */
function refuseMetadata(dataset: string, files: readonly NamedBlob[]): void {
  const metadata = files.find(({ name }) => METADATA.has(baseName(name)));
  if (metadata) {
    throw new FormatError(
      dataset,
      `With ${metadata.name} in it, datasets takes no classes from folders. Remove that file.`,
    );
  }
}
