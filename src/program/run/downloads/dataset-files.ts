/** Which files of a data set's repository a run reads: those of the splits that are asked for, and what describes them. */
import type { HubFile } from '../../../hub/session';
import { TASKS_JSON } from '../../../taskpool/images/tasks-json';
import { readDatasetCard } from '../../../taskpool/sources/dataset-card';
import { datasetLayout } from '../../../taskpool/sources/dataset-layout';
import { CLASSNAMES } from '../../../taskpool/sources/webdataset-rows';
import type { DatasetSource } from '../../config/program/types';
import { folderInside } from './folder-inside';

const CARD = 'README.md';

/**
 * @param files - all of the repository
 * @param read - the text of a file of it
 * @throws ConfigError and FormatError as `datasetLayout`
 */
export async function datasetHubFiles(
  files: readonly HubFile[],
  { path, name, dataDir, dataFiles, split }: DatasetSource,
  read: (file: HubFile) => Promise<string>,
): Promise<HubFile[]> {
  const folder = folderInside(dataDir);
  const inside = files
    .filter((file) => file.path.startsWith(folder))
    .map((file) => ({ ...file, name: file.path.slice(folder.length) }));
  const called = (wanted: string) => inside.filter((file) => file.name === wanted);
  const [card] = called(CARD);
  const text = card && new Blob([await read(card)]);
  const layout = datasetLayout(inside, await readDatasetCard(text && { name: CARD, blob: text }), {
    name: path,
    format: undefined,
    configuration: name,
    dataFiles: patternsOf(dataFiles),
    splits: split,
  });
  const wanted = new Set(split.map((part) => part.split));
  // The classes of folders are told from all splits together, and whoever names files means all of them.
  const isWhole = layout.format === 'imagefolder' || dataFiles !== undefined;
  const data = [...layout.bySplit].flatMap(([of, list]) => (isWhole || wanted.has(of) ? list : []));
  const beside = [CARD, TASKS_JSON, CLASSNAMES].flatMap(called);
  const chosen = new Set([...beside, ...data].map((file) => file.path));
  return files.filter((file) => chosen.has(file.path));
}

function patternsOf(
  dataFiles: DatasetSource['dataFiles'],
): ReadonlyMap<string, readonly string[]> | undefined {
  if (dataFiles === undefined) return undefined;
  return 'get' in dataFiles ? dataFiles : new Map([['train', dataFiles]]);
}
