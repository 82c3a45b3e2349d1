/** What the paths of `data_dir` inside a repository begin with. */
export function folderInside(dataDir: string | undefined): string {
  return dataDir === undefined ? '' : `${dataDir.replace(/^(\.\/)+|\/+$/g, '')}/`;
}
