/** Whether the files of a data set are all that its splits have. */
import type { NamedBlob } from '../../checkpoint/types';
import { readDatasetCard } from '../../taskpool/sources/dataset-card';
import { datasetLayout } from '../../taskpool/sources/dataset-layout';
import type { DatasetSource } from '../config/program/types';
import type { DatasetFiles } from './dataset-files-node';

/** @throws ConfigError where a split is missing */
export async function hasSplits(
  source: DatasetSource,
  { format, files, patterns }: Pick<DatasetFiles, 'format' | 'files' | 'patterns'>,
): Promise<boolean> {
  const card = await readDatasetCard(files.find(({ name }) => name === 'README.md'));
  const { bySplit } = datasetLayout(files, card, {
    name: source.path,
    format,
    configuration: source.name,
    dataFiles: patterns,
    splits: source.split,
  });
  return source.split.every(({ split }) => hasAllShards(bySplit.get(split) ?? []));
}

/** `data/test-00000-of-00002.parquet` says how many there are. */
function hasAllShards(files: readonly NamedBlob[]): boolean {
  const seen = new Map<string, Set<string>>();
  for (const { name } of files) {
    const [, stem, place, count] = /^(.*)-(\d{5})-of-(\d{5})/.exec(name) ?? [];
    if (stem === undefined || place === undefined || count === undefined) continue;
    const key = `${stem}-of-${count}`;
    seen.set(key, (seen.get(key) ?? new Set()).add(place));
  }
  return [...seen].every(([key, places]) => places.size === Number(key.slice(-5)));
}
