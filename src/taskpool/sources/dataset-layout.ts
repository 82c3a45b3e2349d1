/** Which files of a data set are data of which split, and of what kind: all that is known from its card and its names. */
import { ConfigError, FormatError } from '../../errors';
import { isTarName } from '../tar/open-tar';
import { chooseConfiguration, type DatasetCard } from './dataset-card';
import { isZipName } from './image-folder';
import { isPictureName } from './picture-names';
import { type NamedFile, type SplitFiles, splitFiles } from './split-files';
import type { DatasetFormat, DatasetRequest } from './types';

export interface DatasetLayout<F extends NamedFile> {
  readonly format: DatasetFormat;
  /** By paths from the folder of the configuration. */
  readonly bySplit: SplitFiles<F>;
  /** The configuration of the card that is read, where it has some. */
  readonly configuration: string | undefined;
}

type LayoutRequest = Pick<DatasetRequest, 'name' | 'format' | 'configuration' | 'dataFiles'> & {
  readonly splits: readonly { readonly split: string }[];
};

/**
 * @param files - the whole data set by paths from its folder, or as much of it as there is; what only other splits have may be missing
 * @throws ConfigError for a configuration, a split or a file that is not there, FormatError where no file is of a kind that is read
 */
export function datasetLayout<F extends NamedFile>(
  files: readonly F[],
  card: DatasetCard,
  { name, format, configuration, dataFiles, splits }: LayoutRequest,
): DatasetLayout<F> {
  // A format by name is told files, and asks nobody what they are.
  const chosen = format || dataFiles ? undefined : chooseConfiguration(card, configuration, name);
  const inside = chosen?.folder ? filesInside(files, chosen.folder) : files;
  const wanted = new Set(splits.map(({ split }) => split));
  // Whoever names files means all of them; of a card's, only those that are asked for may have been downloaded.
  const bySplit = dataFiles
    ? splitFiles(inside, dataFiles)
    : splitFiles(inside, chosen?.patterns, wanted);
  for (const split of wanted) requireSplit(name, split, bySplit);
  return {
    format: format ?? formatOf(name, [...bySplit.values()].flat()),
    bySplit,
    configuration: chosen?.name,
  };
}

function filesInside<F extends NamedFile>(files: readonly F[], folder: string): F[] {
  const prefix = `${folder.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
  return files.flatMap((file) =>
    file.name.startsWith(prefix) ? [{ ...file, name: file.name.slice(prefix.length) }] : [],
  );
}

function requireSplit(dataset: string, split: string, files: SplitFiles<NamedFile>): void {
  if ((files.get(split)?.length ?? 0) > 0) return;
  const present = [...files].filter(([, list]) => list.length > 0).map(([name]) => name);
  throw new ConfigError(
    present.length > 0
      ? `${dataset} has no split ${split}; it has ${present.join(', ')}.`
      : `${dataset}: there are no files of data in it.`,
  );
}

/** The commonest kind of file; Parquet where there are as many of others. */
function formatOf(dataset: string, files: readonly NamedFile[]): DatasetFormat {
  const parquet = files.filter(({ name }) => /\.parquet$/i.test(name)).length;
  const pictures = files.filter(({ name }) => isPictureName(name) || isZipName(name)).length;
  const archives = files.filter(({ name }) => isTarName(name)).length;
  if (parquet > 0 && parquet >= Math.max(pictures, archives)) return 'parquet';
  if (archives > pictures) return 'webdataset';
  if (pictures > 0) return 'imagefolder';
  const [first] = files;
  throw new FormatError(
    dataset,
    `There are no Parquet files, tar archives or folders of pictures in it${first ? `, but ${first.name}` : ''}. Data that were saved with save_to_disk are read after dataset.to_parquet("data/test.parquet").`,
  );
}
