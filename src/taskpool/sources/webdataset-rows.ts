/** Rows of WebDatasets: tar archives of pictures with their labels beside them. */
import type { NamedBlob } from '../../checkpoint/types';
import { isTarName, openTar } from '../tar/open-tar';
import { webPictures } from '../tar/web-dataset';
import { type LabelledRow, withNumbers } from './label-numbers';
import { baseName } from './split-files';
import type { DatasetRow } from './types';

/** Names of classes beside the archives, a line each, as CLIP benchmark's repositories have them. */
export const CLASSNAMES = 'classnames.txt';

/** More than any list of class names has. */
const MAX_CLASSNAMES_BYTES = 16 * 2 ** 20;

export interface WebRows {
  readonly classnames: readonly string[] | undefined;
  readonly rows: readonly DatasetRow[];
  readonly notes: readonly string[];
}

/**
 * The rows of the archives among the files, one archive after the other.
 * @param all - the whole data set, in which class names are looked for
 * @throws FormatError where an archive cannot be read, or is no WebDataset
 */
export async function openWebDataset(
  files: readonly NamedBlob[],
  all: readonly NamedBlob[],
): Promise<WebRows> {
  const rows: LabelledRow[] = [];
  const notes: string[] = [];
  for (const archive of files.filter(({ name }) => isTarName(name))) {
    const { pictures, without } = await webPictures(archive.name, await openTar(archive));
    for (const { name, label, blob } of pictures) {
      rows.push({ name: `${archive.name}/${name}`, label, read: async () => blob });
    }
    if (without > 0) notes.push(`${archive.name}: ${without} samples without a label or a picture`);
  }
  return { ...withNumbers(rows, await classnamesAmong(all)), notes };
}

/** @returns undefined where there is no list */
export async function classnamesAmong(
  files: readonly NamedBlob[],
): Promise<readonly string[] | undefined> {
  const list = files.find(({ name }) => baseName(name).toLowerCase() === CLASSNAMES);
  if (!list || list.blob.size > MAX_CLASSNAMES_BYTES) return undefined;
  const lines = (await list.blob.text()).split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines.length > 0 ? lines : undefined;
}
