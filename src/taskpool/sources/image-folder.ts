/**
 * `imagefolder`: pictures whose class is the name of the folder they lie in.
 *
 * Source: datasets 5.2.0, `packaged_modules/folder_based_builder/folder_based_builder.py`.
 */
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import { baseName, type SplitFiles } from './split-files';
import type { DatasetRow } from './types';

/** What Pillow opens, by name. Some of it cannot be read here, which shows when it is scored. */
const EXTENSIONS = new Set(
  (
    'blp bmp dib bufr cur pcx dcx dds ps eps fit fits fli flc ftc ftu gbr gif grib png apng jp2 j2k jpc jpf jpx j2c icns ico im ' +
    'iim tif tiff jfif jpe jpg jpeg mpg mpeg msp pcd pxr pbm pgm ppm pnm psd bw rgb rgba sgi ras tga icb vda vst webp wmf emf xbm xpm'
  ).split(' '),
);
const METADATA = new Set(['metadata.csv', 'metadata.jsonl', 'metadata.parquet']);

export function isPictureName(path: string): boolean {
  const name = baseName(path);
  return name.includes('.') && EXTENSIONS.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

/**
 * The rows of a split; classes are the folders of all splits together.
 * @param dataset - for messages
 * @throws FormatError where the folders do not give the classes
 */
export function openImageFolder(
  dataset: string,
  splits: SplitFiles,
): { classnames: readonly string[]; rowsOf(split: string): DatasetRow[] } {
  const all = [...splits.values()].flat();
  refuseOthers(dataset, all);
  const pictures = all.filter(({ name }) => isPictureName(name));
  const classnames = [...new Set(pictures.map(({ name }) => classOf(name)))].sort(byCodePoint);
  const depths = new Set(pictures.map(({ name }) => name.split('/').length));
  if (classnames.length < 2 || depths.size > 1) {
    const what =
      pictures.length === 0
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
    rowsOf: (split) =>
      (splits.get(split) ?? [])
        .filter(({ name }) => isPictureName(name))
        .map(({ name, blob }) => ({
          name,
          label: labels.get(classOf(name)) ?? 0,
          read: async () => blob,
        })),
  };
}

function classOf(path: string): string {
  return path.split('/').at(-2) ?? '';
}

/** What `datasets` would take its rows from instead. */
function refuseOthers(dataset: string, files: readonly NamedBlob[]): void {
  const metadata = files.find(({ name }) => METADATA.has(baseName(name)));
  if (metadata) {
    throw new FormatError(
      dataset,
      `With ${metadata.name} in it, datasets takes no classes from folders. Remove that file.`,
    );
  }
  const zip = files.find(({ name }) => /\.zip$/i.test(name));
  if (zip) {
    throw new FormatError(dataset, `${zip.name} is packed. Unpack it in its place and remove it.`);
  }
}
