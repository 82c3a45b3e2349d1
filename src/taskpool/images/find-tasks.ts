/** Which folders of a tree are tasks, and which of their folders are classes. */
import { byCodePoint } from './code-point-order';
import type { Folder, SourceFile } from './folder-tree';
import { isPicture } from './picture-files';
import { readTasksJson, TASKS_JSON, type TaskPromptsFile } from './tasks-json';

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface TaskFolder {
  readonly folder: Folder;
  /** In label order. */
  readonly classes: readonly Folder[];
  /** The `tasks.json` files of the folder and of those around it, nearest first. */
  readonly prompts: readonly TaskPromptsFile[];
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

/** Says of every folder with files in it, from this one down, that it is not used. */
async function passOver(folder: Folder, skipped: Skipped[]): Promise<void> {
  if (folder.files.length > 0) {
    const reason = (await someIsPicture(folder.files))
      ? 'lies deeper than the class folders of its task'
      : 'holds no pictures';
    skipped.push({ name: folder.path, reason });
  }
  for (const child of folder.folders.values()) await passOver(child, skipped);
}

/**
 * The tasks in a tree: a folder with pictures in its sub-folders is a task and those sub-folders are its classes;
 * otherwise its sub-folders are looked through. What is passed over is added to `skipped`.
 *
 * @throws FormatError for a `tasks.json` that cannot be used.
 */
export async function findTasks(
  folder: Folder,
  skipped: Skipped[],
  around: readonly TaskPromptsFile[] = [],
  level = 0,
): Promise<TaskFolder[]> {
  const prompts = [...around];
  for (const file of folder.files) {
    if (file.name === TASKS_JSON) {
      prompts.unshift(await readTasksJson({ name: file.path, blob: await file.read() }));
    } else {
      skipped.push({
        name: file.path,
        reason: (await isPicture(file)) ? 'lies in no class folder' : 'not a picture',
      });
    }
  }
  const children = [...folder.folders.values()].sort(byName);
  const classes: Folder[] = [];
  const others: Folder[] = [];
  for (const child of children) {
    ((await someIsPicture(child.files)) ? classes : others).push(child);
  }
  if (classes.length > 0) {
    for (const { folders } of classes)
      for (const child of folders.values()) await passOver(child, skipped);
    for (const other of others) await passOver(other, skipped);
    return [{ folder, classes, prompts }];
  }
  if (level === MAX_LEVELS_AROUND) {
    await passOver(folder, skipped);
    return [];
  }
  const tasks: TaskFolder[] = [];
  for (const child of children)
    tasks.push(...(await findTasks(child, skipped, prompts, level + 1)));
  return tasks;
}
