/**
 * From files and the arguments of `datasets.load_dataset` to labelled pictures, the same ones in the same order.
 *
 * Source: datasets 5.2.0, `load.py`.
 */
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { readDatasetCard } from './dataset-card';
import { datasetLayout } from './dataset-layout';
import { openImageFolder } from './image-folder';
import { openParquetRows } from './parquet-rows';
import type { Dataset, DatasetRequest, DatasetRow } from './types';
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
  const layout = datasetLayout(files, card, request);
  const { format, bySplit } = layout;

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
      const columns = card.classnames(configuration ?? layout.configuration);
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
