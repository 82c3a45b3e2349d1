/** Which folders of a tree are tasks, and which of their folders are classes. */
import { byCodePoint } from '../../code-points';

import { isPicture } from './picture-files';
import type { Folder, Skipped, SourceFile } from './sources';
import { isTable, type TableSource } from './table-splits';
import { readTasksJson, TASKS_JSON, type TaskPromptsFile } from './tasks-json';

export interface TaskFolder {
  readonly folder: Folder;
  /** In label order. */
  readonly classes: readonly Folder[];
  /** The `tasks.json` files of the folder and of those around it, nearest first. */
  readonly prompts: readonly TaskPromptsFile[];
}

/** What a search came to, filled as it goes on. */
export interface Finds {
  readonly tasks: TaskFolder[];
  /** Parquet files and WebDatasets. */
  readonly tables: TableSource[];
  readonly skipped: Skipped[];
}

/** What `save_to_disk` of `datasets` writes. */
export const ARROW =
  'Data that datasets saved with save_to_disk are not read. Write them as Parquet, in Python: datasets.load_from_disk("…").to_parquet("test.parquet"), and add that.';

export function isArrow(name: string): boolean {
  return /\.arrow$/i.test(name);
}

/** Levels of folders around a task: a zip's own, one that wraps everything, one that collects the tasks. */
const MAX_LEVELS_AROUND = 3;

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return byCodePoint(a.name, b.name);
}

async function someIsPicture(files: readonly SourceFile[]): Promise<boolean> {
  for (const file of files) if (await isPicture(file)) return true;
  return false;
}

/** Says of every folder with files in it, from this one down, that it is not used, but for Parquet files and WebDatasets. */
async function passOver(
  folder: Folder,
  finds: Finds,
  prompts: readonly TaskPromptsFile[],
): Promise<void> {
  const { files, folders, path } = folder;
  const tables = files.filter(({ name }) => isTable(name));
  finds.tables.push(...tables.map((file) => ({ file, prompts })));
  if (files.length > tables.length) {
    const reason = (await someIsPicture(files))
      ? 'lies deeper than the class folders of its task'
      : 'holds no pictures';
    finds.skipped.push({ name: path, reason });
  }
  for (const child of folders.values()) await passOver(child, finds, prompts);
}

/** Reads the `tasks.json` among files, and says of the others what they are. */
export async function sortFiles(
  files: readonly SourceFile[],
  { tables, skipped }: Finds,
  around: readonly TaskPromptsFile[],
  misplaced: string,
): Promise<TaskPromptsFile[]> {
  const prompts = [...around];
  for (const file of files.filter(({ name }) => name === TASKS_JSON)) {
    prompts.unshift(await readTasksJson({ name: file.path, blob: await file.read() }));
  }
  for (const file of files) {
    if (isTable(file.name)) tables.push({ file, prompts });
    else if (file.name !== TASKS_JSON) {
      const reason = isArrow(file.name)
        ? ARROW
        : (await isPicture(file))
          ? misplaced
          : 'not a picture';
      skipped.push({ name: file.path, reason });
    }
  }
  return prompts;
}

/**
 * Looks through a tree: a folder with pictures in its sub-folders is a task and those sub-folders are its classes;
 * otherwise its sub-folders are looked through. Parquet files and WebDatasets
 * are tasks wherever they lie.
 *
 * @throws FormatError for a `tasks.json` that cannot be used.
 */
export async function findTasks(
  folder: Folder,
  finds: Finds,
  around: readonly TaskPromptsFile[] = [],
  level = 0,
): Promise<void> {
  const prompts = await sortFiles(folder.files, finds, around, 'lies in no class folder');
  const children = [...folder.folders.values()].sort(byName);
  const classes: Folder[] = [];
  const others: Folder[] = [];
  for (const child of children) {
    ((await someIsPicture(child.files)) ? classes : others).push(child);
  }
  if (classes.length > 0) {
    finds.tasks.push({ folder, classes, prompts });
    const inner = classes.flatMap(({ folders }) => [...folders.values()]);
    for (const child of [...inner, ...others]) await passOver(child, finds, prompts);
  } else if (level === MAX_LEVELS_AROUND) {
    for (const child of children) await passOver(child, finds, prompts);
  } else {
    for (const child of children) await findTasks(child, finds, prompts, level + 1);
  }
}
