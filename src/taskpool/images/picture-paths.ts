/** Pictures that a Parquet file names by their paths: where they may lie, and what is said where they do not. */
import { FormatError } from '../../errors';
import type { Folder, SourceFile } from './sources';

/** A path from a folder on, `.` and `..` followed; undefined where it leads out of everything. */
export function pathFrom(folder: string, path: string): string | undefined {
  const steps: string[] = [];
  for (const step of `${folder}/${path}`.replaceAll('\\', '/').split('/')) {
    if (step === '..' && steps.length === 0) return undefined;
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

/** The folder of a path, '' where there is none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** @param name - the Parquet file, or a row of it */
export function missingPicture(name: string, path: string): FormatError {
  return new FormatError(
    name,
    `Its pictures are paths, not bytes, and there is no ${path} here. Add it together with its pictures, at these paths beside it, or write it again with their bytes in it, where the pictures are: dataset.with_format("arrow").map(datasets.table.embed_table_storage, batched=True).to_parquet(...).`,
  );
}

/** Finds a picture by its path in a Parquet file of that path; undefined where it was not dropped. */
export type PictureFinder = (path: string, parquet: string) => SourceFile | undefined;

/** Looks among all that was dropped: beside the Parquet file, then in the dropped folder that it lies in. */
export function createPictureFinder(
  roots: readonly Folder[],
  loose: readonly SourceFile[],
): { readonly find: PictureFinder; isUsed(file: { readonly path: string }): boolean } {
  let files: Map<string, SourceFile> | undefined;
  const used = new Set<string>();
  return {
    find(path, parquet) {
      files ??= new Map([...loose, ...roots.flatMap(filesIn)].map((file) => [file.path, file]));
      const [root = ''] = parquet.includes('/') ? parquet.split('/') : [];
      for (const folder of [folderOf(parquet), root]) {
        const file = files.get(pathFrom(folder, path) ?? '');
        if (!file) continue;
        used.add(file.path);
        return file;
      }
      return undefined;
    },
    isUsed: ({ path }) => used.has(path),
  };
}

function filesIn({ files, folders }: Folder): SourceFile[] {
  return [...files, ...[...folders.values()].flatMap(filesIn)];
}
