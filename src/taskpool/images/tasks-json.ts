/** `tasks.json`: class names and prompt templates by task, beside the pictures. */
import * as v from 'valibot';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { DEFAULT_TEMPLATE, hasPlace } from './templates';

export const TASKS_JSON = 'tasks.json';

/** Thousands of classes fit; a larger file is something else. */
const MAX_BYTES = 16 * 2 ** 20;

const Name = v.pipe(v.string(), v.trim(), v.nonEmpty('is empty'));
const Template = v.pipe(v.string(), v.check(hasPlace, 'has no {} where the class name goes'));
const Prompts = v.object({
  classnames: v.optional(v.array(Name)),
  templates: v.optional(v.pipe(v.array(Template), v.nonEmpty('is empty'))),
});
const TasksJson = v.record(v.string(), Prompts);

export type TaskPrompts = v.InferOutput<typeof Prompts>;

/** What one `tasks.json` says, and which of its tasks have been asked for. */
export interface TaskPromptsFile {
  readonly name: string;
  readonly tasks: ReadonlyMap<string, TaskPrompts>;
}

/**
 * Reads a `tasks.json`: `{ task: { classnames, templates } }`, either of the two may be missing.
 *
 * @throws FormatError with the path of the first value that is wrong.
 */
export async function readTasksJson({ name, blob }: NamedBlob): Promise<TaskPromptsFile> {
  if (blob.size > MAX_BYTES)
    throw new FormatError(name, `The file has more than ${MAX_BYTES} bytes.`);
  let content: unknown;
  try {
    content = JSON.parse(await blob.text());
  } catch (cause) {
    throw new FormatError(name, `This is not JSON: ${(cause as Error).message}.`, { cause });
  }
  const result = v.safeParse(TasksJson, content);
  if (!result.success) {
    const [issue] = result.issues;
    throw new FormatError(name, `${v.getDotPath(issue) ?? 'The whole file'}: ${issue.message}.`);
  }
  return { name, tasks: new Map(Object.entries(result.output)) };
}

/** Names are the same when they differ only in case, blanks, `_` and `-`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

/** The entry of a task: of its very name, else of a name that differs only in case, blanks, `_` and `-`. */
export function promptsOf(file: TaskPromptsFile, task: string): TaskPrompts | undefined {
  const exact = file.tasks.get(task);
  if (exact) return exact;
  for (const [name, prompts] of file.tasks) if (plain(name) === plain(task)) return prompts;
  return undefined;
}

/**
 * Class names and templates of a task: those of the nearest `tasks.json` that knows it, else its own classes and the
 * default template.
 *
 * @param actual says how many classes the task has, for people.
 * @throws FormatError where the file gives another number of names than the task has classes.
 */
export function applyPrompts(
  files: readonly TaskPromptsFile[],
  task: string,
  classes: readonly string[],
  actual: string,
): { classnames: readonly string[]; templates: readonly string[] } {
  const file = files.find((candidate) => promptsOf(candidate, task));
  const { classnames = classes, templates = [DEFAULT_TEMPLATE] } =
    (file && promptsOf(file, task)) ?? {};
  if (file && classnames.length !== classes.length) {
    throw new FormatError(
      file.name,
      `${task}.classnames has ${classnames.length} names, but ${actual}. Give one name for each, in their order.`,
    );
  }
  return { classnames, templates };
}
