/** Dropped folders, archives and Parquet files as classification tasks. */
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import type { ImageTask, LabelledImage } from '../types';
import { type Finds, findTasks, isArrow, sortFiles, type TaskFolder } from './find-tasks';
import { folderTrees } from './folder-tree';
import { refusal } from './picture-files';
import { createPictureFinder } from './picture-paths';
import type { Folder, Remark, Skipped, SourceFile } from './sources';
import { type TableGroup, tableGroups } from './table-splits';
import { readTarTask } from './tar-task';
import { applyPrompts, promptsOf, TASKS_JSON } from './tasks-json';

export interface ImageSet {
  readonly tasks: readonly ImageTask[];
  /** What was left out, and why; hidden files are not mentioned. */
  readonly skipped: readonly Skipped[];
  /** What people should know of how files were read. */
  readonly remarks: readonly Remark[];
}

/** Loaded when a file needs it: few drops have one, and every page would wait for it. */
const parquetReader = async () => (await import('./parquet-task')).readParquetTask;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Pictures looked at, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Files that are looked into at once: hides the latency of the disk, keeps little in memory. */
const AT_ONCE = 16;

const EXPECTED =
  'Add a folder that holds one folder of pictures for each class, a zip or tar archive of it, a WebDataset, or Parquet files.';

/**
 * Reads what was dropped: a folder with a sub-folder of pictures per class is one task, named by the folder; a folder of
 * such folders is several; a zip counts as a folder of its name. Classes are the sub-folders in code-point order; a
 * `tasks.json` in the task's folder or around it gives other class names, in that order, and the prompt templates.
 * Tasks come in code-point order of their names within each folder or zip. Stored zip entries stay slices of the zip.
 * Parquet files and WebDatasets in tar archives are data sets of their folder's name, pictures and labels in the order of their
 * rows; another tar archive counts as a folder, as a zip does.
 *
 * @throws FormatError where nothing of it is a task, for a broken zip and for a `tasks.json` that does not fit.
 * A task that cannot be used while others can is left out and named in `skipped`.
 */
export async function readImageSet(
  files: readonly NamedBlob<Blob>[],
  options: ReadOptions = {},
): Promise<ImageSet> {
  const { roots, loose, remarks } = await folderTrees(files);
  const finds: Finds = { tasks: [], tables: [], skipped: [] };
  const { skipped } = finds;
  const around = await sortFiles(loose, finds, [], 'lies in no folder');
  for (const root of roots) await findTasks(root, finds, around);
  const groups = tableGroups(finds.tables, skipped);

  const total = countFiles(finds.tasks);
  let done = 0;
  const step = (count: number) => {
    options.signal?.throwIfAborted();
    done += count;
    // The rows of a Parquet file are not known before it is opened.
    options.onProgress?.(done, Math.max(done, total));
  };
  const refused: FormatError[] = [];
  const attempt = async (tasks: ImageTask[], read: () => Promise<ImageTask>) => {
    try {
      tasks.push(await read());
    } catch (error) {
      // What is wrong with one task's pictures does not touch the others; a wrong tasks.json is the user's own word.
      if (!(error instanceof FormatError) || error.file.endsWith(TASKS_JSON)) throw error;
      refused.push(error);
    }
  };
  const pictures = createPictureFinder(roots, loose);
  const fromTables: ImageTask[] = [];
  for (const group of groups) {
    const readTable = group.kind === 'parquet' ? await parquetReader() : readTarTask;
    await attempt(fromTables, () => readTable(group, skipped, step, pictures.find));
  }
  const fromFolders: ImageTask[] = [];
  for (const folder of finds.tasks) {
    // Pictures that a Parquet file names are that file's.
    if (folder.classes.some(({ files }) => files.some(pictures.isUsed))) continue;
    await attempt(fromFolders, () => readTask(folder, skipped, step));
  }
  const tasks = [...fromFolders, ...fromTables];

  const [first] = refused;
  if (tasks.length > 0) {
    skipped.push(...refused.map(({ file, reason }) => ({ name: file, reason })));
    const unused = skipped.filter(({ name }) => !pictures.isUsed({ path: name }));
    return { tasks, skipped: [...unused, ...unusedPrompts(finds, groups)], remarks };
  }
  if (first) throw first;
  const arrow = skipped.find(({ name }) => isArrow(name));
  if (arrow) throw new FormatError(arrow.name, arrow.reason);
  const name = roots[0]?.path ?? files[0]?.name ?? 'The drop';
  throw new FormatError(name, `There are no class folders with pictures in it. ${EXPECTED}`);
}

function countFiles(tasks: readonly TaskFolder[]): number {
  const classes = tasks.flatMap((task) => task.classes);
  return classes.reduce((sum, { files }) => sum + files.length, 0);
}

/** @throws FormatError where the folder holds no task. */
async function readTask(
  { folder, classes, prompts }: TaskFolder,
  skipped: Skipped[],
  step: (count: number) => void,
): Promise<ImageTask> {
  const { name, path } = folder;
  const names = classes.map((of) => of.name);
  if (names.length === 1) {
    throw new FormatError(
      path,
      `There is one class folder only, "${names[0]}"; a task needs at least two. ${EXPECTED}`,
    );
  }
  const actual = `${path} has ${names.length} class folders`;
  const { classnames, templates } = applyPrompts(prompts, name, names, actual);
  const images: LabelledImage[] = [];
  const before = skipped.length;
  for (const [label, of] of classes.entries()) {
    images.push(...(await readClass(of, label, skipped, step)));
  }
  if (images.length === 0) {
    const { name: first = path, reason = '' } = skipped[before] ?? {};
    throw new FormatError(
      path,
      `None of its pictures can be read. The first, ${first}: ${reason.replace(/\.$/, '')}.`,
    );
  }
  return { name, path, classnames, templates, images };
}

async function readClass(
  folder: Folder,
  label: number,
  skipped: Skipped[],
  step: (count: number) => void,
): Promise<LabelledImage[]> {
  const images: LabelledImage[] = [];
  const files = folder.files.toSorted((a, b) => byCodePoint(a.name, b.name));
  const look = async (file: SourceFile) => {
    try {
      const blob = await file.read();
      return { file, blob, reason: await refusal(file.name, blob) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { file, blob: undefined, reason: error.reason };
    }
  };
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const batch = files.slice(start, start + AT_ONCE);
    for (const { file, blob, reason } of await Promise.all(batch.map(look))) {
      if (blob && reason === undefined)
        images.push({ name: `${folder.name}/${file.name}`, label, blob });
      else skipped.push({ name: file.path, reason: reason ?? 'cannot be read' });
    }
    step(batch.length);
  }
  return images;
}

/** Entries of `tasks.json` files that belong to no task: probably a name with a slip in it. */
function unusedPrompts({ tasks }: Finds, groups: readonly TableGroup[]): Skipped[] {
  const named = [
    ...tasks.map(({ folder, prompts }) => ({ name: folder.name, prompts })),
    ...groups,
  ];
  const files = new Set(named.flatMap(({ prompts }) => prompts));
  return [...files].flatMap((file) => {
    const used = new Set(named.map(({ name }) => promptsOf(file, name)));
    return [...file.tasks]
      .filter(([, prompts]) => !used.has(prompts))
      .map(([task]) => ({
        name: file.name,
        reason: `has an entry "${task}", but there is no such task`,
      }));
  });
}
