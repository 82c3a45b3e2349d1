/** A data set of which only what an earlier sample needed was fetched. */
import { join } from 'node:path';
import type { ByteRange } from '../../../checkpoint/byte-ranges';
import type { ByteSource } from '../../../checkpoint/byte-source';
import { fileSource, identify } from '../../../checkpoint/file-source-node';
import type { NamedBlob } from '../../../checkpoint/types';
import { repositoryOf } from '../../../modelpool/sources/find-folder-node';
import { hubCacheFolder, repositoryFolder } from '../../../modelpool/sources/hub-cache-node';
import type { DatasetSource } from '../../config/program/types';
import { type DatasetFiles, pictureFinder, promptFiles } from '../dataset-files-node';
import { folderInside } from '../downloads/folder-inside';
import { isGenericDataset } from '../generic-dataset';
import type { Surroundings } from '../surroundings';
import { type ExcerptFolder, excerptFolder, excerptsFolder } from './excerpt-folder-node';
import { excerptSource } from './excerpt-source';

/** What is known of a data set whose files may be here in part. */
export interface FoundExcerpts {
  readonly folder: ExcerptFolder;
  readonly commit: string;
  /** Where its whole files lie in the Hugging Face cache. */
  readonly snapshot: string;
}

/** Undefined where nothing was fetched in part of what a configuration names. */
export async function excerptsOf(
  { path, revision, dataFiles }: DatasetSource,
  surroundings: Surroundings,
): Promise<FoundExcerpts | undefined> {
  const root = excerptsFolder(surroundings);
  // Whoever names files gets them whole.
  if (root === null || dataFiles !== undefined || isGenericDataset(path)) return undefined;
  const repository = await repositoryOf(path, 'dataset', { ...surroundings, revision });
  if (!repository) return undefined;
  const folder = excerptFolder(root, repository.name);
  const commit = await folder.commitOf(repository.revision);
  if (!(await folder.filesOf(commit))) return undefined;
  const whole = repositoryFolder(hubCacheFolder(surroundings.env), 'dataset', repository.name);
  return { folder, commit, snapshot: join(whole, 'snapshots', commit) };
}

/** Its files: whole ones from the Hugging Face cache, of the others the parts that are here. */
export async function excerptFiles(
  { folder, commit, snapshot }: FoundExcerpts,
  { dataDir }: DatasetSource,
  { cwd }: Surroundings,
): Promise<DatasetFiles> {
  const top = folderInside(dataDir);
  const files: NamedBlob[] = [];
  const here = new Map<ByteSource, readonly ByteRange[]>();
  for (const file of (await folder.filesOf(commit)) ?? []) {
    if (!file.path.startsWith(top)) continue;
    const named = { name: file.path.slice(top.length) };
    const whole = await fileSource(join(snapshot, ...file.path.split('/'))).catch(() => undefined);
    if (whole?.size === file.size) files.push({ ...named, blob: whole });
    else {
      const pieces = await folder.pieces(file);
      if (pieces.length === 0) continue;
      const blob = excerptSource(file.size, pieces);
      // Its hash says which bytes it has, wherever they lie.
      identify(blob, { path: file.blob, size: file.size, mtimeNs: 0n, ino: 0n });
      files.push({ ...named, blob });
      here.set(blob, pieces);
    }
  }
  const place = join(snapshot, top);
  return {
    format: undefined,
    folder: place,
    files,
    patterns: undefined,
    promptFiles: await promptFiles(place),
    pictureAt: pictureFinder(place, cwd),
    here,
  };
}
