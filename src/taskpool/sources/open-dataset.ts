/**
 * From files and the arguments of `datasets.load_dataset` to labelled pictures, the same ones in the same order.
 *
 * Source: datasets 5.2.0, `load.py`.
 */
import type { NamedBlob } from '../../checkpoint/types';
import { ConfigError, FormatError } from '../../errors';
import { isTarName } from '../tar/open-tar';
import { chooseConfiguration, readDatasetCard } from './dataset-card';
import { isZipName, openImageFolder } from './image-folder';
import { openParquetRows } from './parquet-rows';
import { isPictureName } from './picture-names';
import { type SplitFiles, splitFiles } from './split-files';
import type { Dataset, DatasetFormat, DatasetRequest, DatasetRow } from './types';
import { openWebDataset } from './webdataset-rows';

/**
 * @param files - the whole data set, by paths from its folder
 * @throws ConfigError where the request asks for something that is not there, FormatError where files cannot be used
 */
export async function openDataset(
  files: readonly NamedBlob[],
  request: DatasetRequest,
): Promise<Dataset> {
  const { name, configuration, splits, pictureAt } = request;
  const card = await readDatasetCard(files.find((file) => file.name === 'README.md'));
  // A format by name is told files, and asks nobody what they are.
  const chosen =
    request.format || request.dataFiles
      ? undefined
      : chooseConfiguration(card, configuration, name);
  const inside = chosen?.folder ? filesInside(files, chosen.folder) : files;
  const bySplit = splitFiles(inside, request.dataFiles ?? chosen?.patterns);
  for (const { split } of splits) requireSplit(name, split, bySplit);
  const format = request.format ?? formatOf(name, [...bySplit.values()].flat());

  const notes: string[] = [];
  let classnames: readonly string[] | undefined;
  const rows: DatasetRow[] = [];
  const folder = format === 'imagefolder' ? await openImageFolder(name, bySplit) : undefined;
  notes.push(...(folder?.notes ?? []));
  for (const part of splits) {
    let all: readonly DatasetRow[];
    if (folder) {
      classnames = folder.classnames;
      all = folder.rowsOf(part.split);
    } else if (format === 'webdataset') {
      const opened = await openWebDataset(bySplit.get(part.split) ?? [], files);
      classnames ??= opened.classnames;
      notes.push(...opened.notes);
      all = opened.rows;
    } else {
      const columns = card.classnames(configuration ?? chosen?.name);
      const opened = await openParquetRows(
        bySplit.get(part.split) ?? [],
        (column) => columns.get(column),
        pictureAt,
      );
      classnames ??= opened.classnames;
      notes.push(...opened.notes);
      all = opened.rows;
    }
    const { from, to } = part.rows(all.length);
    rows.push(...all.slice(from, to));
  }
  if (rows.length > 0) return { classnames, rows, notes };
  throw new FormatError(name, 'There are no pictures with labels in the split that was asked for.');
}

function filesInside(files: readonly NamedBlob[], folder: string): NamedBlob[] {
  const prefix = `${folder.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
  return files.flatMap(({ name, blob }) =>
    name.startsWith(prefix) ? [{ name: name.slice(prefix.length), blob }] : [],
  );
}

function requireSplit(dataset: string, split: string, files: SplitFiles): void {
  if ((files.get(split)?.length ?? 0) > 0) return;
  const present = [...files].filter(([, list]) => list.length > 0).map(([name]) => name);
  throw new ConfigError(
    present.length > 0
      ? `${dataset} has no split ${split}; it has ${present.join(', ')}.`
      : `${dataset}: there are no files of data in it.`,
  );
}

/** The commonest kind of file; Parquet where there are as many of others. */
function formatOf(dataset: string, files: readonly NamedBlob[]): DatasetFormat {
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
