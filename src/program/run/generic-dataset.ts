/** Names that `load_dataset` takes for a kind of files instead of a data set's. */
import type { DatasetFormat } from '../../taskpool/sources/types';

export const FORMATS: readonly string[] = [
  'imagefolder',
  'parquet',
  'webdataset',
] satisfies DatasetFormat[];

/** Other formats of `datasets` that a configuration can name instead of a folder. */
export const UNREAD = ['arrow', 'csv', 'json', 'text', 'pandas', 'sql', 'hdf5', 'lance'];

/** Whether it names a kind of files, which lie anywhere, and not a folder or a repository. */
export function isGenericDataset(path: string): boolean {
  return FORMATS.includes(path) || UNREAD.includes(path);
}
