/** Dropped folders and zips as classification tasks. */
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import type { ImageTask, LabelledImage } from '../types';
import { byCodePoint } from './code-point-order';
import { findTasks, type Skipped, type TaskFolder } from './find-tasks';
import { type Folder, folderTrees, type SourceFile } from './folder-tree';
import { refusal } from './picture-files';
import { promptsOf } from './tasks-json';
import { DEFAULT_TEMPLATE } from './templates';

export interface ImageSet {
  readonly tasks: readonly ImageTask[];
  /** What was left out, and why; hidden files are not mentioned. */
  readonly skipped: readonly Skipped[];
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Pictures looked at, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Files that are looked into at once: hides the latency of the disk, keeps little in memory. */
const AT_ONCE = 16;

const EXPECTED = 'Add a folder, or a zip of it, that holds one folder of pictures for each class.';

/**
 * Reads what was dropped: a folder with a sub-folder of pictures per class is one task, named by the folder; a folder of
 * such folders is several; a zip counts as a folder of its name. Classes are the sub-folders in code-point order; a
 * `tasks.json` in the task's folder or around it gives other class names, in that order, and the prompt templates.
 * Tasks come in code-point order of their names within each folder or zip. Stored zip entries stay slices of the zip.
 *
 * @throws FormatError where nothing of it is a task, for a broken zip and for a `tasks.json` that does not fit.
 * A task that cannot be used while others can is left out and named in `skipped`.
 */
export async function readImageSet(
  files: readonly NamedBlob[],
  options: ReadOptions = {},
): Promise<ImageSet> {
  const { roots, loose } = await folderTrees(files);
  const skipped: Skipped[] = loose.map(({ path }) => ({ name: path, reason: 'lies in no folder' }));
  const found: TaskFolder[] = [];
  for (const root of roots) found.push(...(await findTasks(root, skipped)));

  const total = found
    .flatMap(({ classes }) => classes)
    .reduce((sum, folder) => sum + folder.files.length, 0);
  let done = 0;
  const step = (count: number) => {
    options.signal?.throwIfAborted();
    done += count;
    options.onProgress?.(done, total);
  };
  const tasks: ImageTask[] = [];
  const refused: FormatError[] = [];
  for (const folder of found) {
    const task = await readTask(folder, skipped, step);
    if (task instanceof FormatError) refused.push(task);
    else tasks.push(task);
  }
  if (tasks.length > 0) {
    skipped.push(...refused.map(({ file, reason }) => ({ name: file, reason })));
    return { tasks, skipped: [...skipped, ...unusedPrompts(found)] };
  }
  const [first] = refused;
  if (first) throw first;
  const name = roots[0]?.path ?? files[0]?.name ?? 'The drop';
  throw new FormatError(name, `There are no class folders with pictures in it. ${EXPECTED}`);
}

/** The task, or why it is none. */
async function readTask(
  { folder, classes, prompts }: TaskFolder,
  skipped: Skipped[],
  step: (count: number) => void,
): Promise<ImageTask | FormatError> {
  const { name } = folder;
  const [only] = classes;
  if (classes.length === 1 && only) {
    return new FormatError(
      folder.path,
      `There is one class folder only, "${only.name}"; a task needs at least two. ${EXPECTED}`,
    );
  }
  const file = prompts.find((candidate) => promptsOf(candidate, name));
  const own = file && promptsOf(file, name);
  if (file && own?.classnames && own.classnames.length !== classes.length) {
    throw new FormatError(
      file.name,
      `${name}.classnames has ${own.classnames.length} names, but ${folder.path} has ${classes.length} class folders. Give one name for each, in the folders' order.`,
    );
  }
  const images: LabelledImage[] = [];
  for (const [label, of] of classes.entries())
    images.push(...(await readClass(of, label, skipped, step)));
  if (images.length === 0) {
    return new FormatError(
      folder.path,
      'None of its pictures can be read. Convert them to PNG, JPEG or WebP.',
    );
  }
  return {
    name,
    classnames: own?.classnames ?? classes.map((of) => of.name),
    templates: own?.templates ?? [DEFAULT_TEMPLATE],
    images,
  };
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
function unusedPrompts(found: readonly TaskFolder[]): Skipped[] {
  const files = new Set(found.flatMap(({ prompts }) => prompts));
  return [...files].flatMap((file) => {
    const used = new Set(found.map(({ folder }) => promptsOf(file, folder.name)));
    return [...file.tasks]
      .filter(([, prompts]) => !used.has(prompts))
      .map(([task]) => ({
        name: file.name,
        reason: `has an entry "${task}", but there is no such task`,
      }));
  });
}
