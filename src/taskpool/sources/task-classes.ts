/** What a task's classes are called, and how they are asked for. */
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { classInformation } from '../datasets/class-information';
import { promptsOf, readTasksJson } from '../images/tasks-json';
import { DEFAULT_TEMPLATE } from '../images/templates';
import type { Dataset } from './types';

export interface TaskClasses {
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  /** What is worth knowing, for people. */
  readonly notes: readonly string[];
}

export interface ClassSources {
  /** What the configuration says, before anything else. */
  readonly classnames?: readonly string[] | undefined;
  readonly templates?: readonly string[] | undefined;
  /** `tasks.json` files around the pictures, nearest first. */
  readonly promptFiles: readonly NamedBlob[];
}

/**
 * Names and templates, each from the first that knows it: the configuration, a `tasks.json`, FusionBench's own for a task of
 * this name, the data (with the default template).
 * @throws FormatError where nobody knows the names, or a label of the data has none
 */
export async function taskClasses(
  task: string,
  { classnames, rows }: Dataset,
  sources: ClassSources,
): Promise<TaskClasses> {
  const prompts = await promptsFor(task, sources.promptFiles);
  const known = await classInformation(task);
  const names = sources.classnames ?? prompts?.classnames ?? known?.classnames ?? classnames;
  if (!names) {
    throw new FormatError(
      task,
      `The data do not say what its classes are called. Give taskpool.classnames.${task}.`,
    );
  }
  const largest = rows.reduce((most, { label }) => Math.max(most, label), 0);
  if (largest >= names.length) {
    throw new FormatError(
      task,
      `The data have the label ${largest}, but there are ${names.length} class names (the first label is 0). Give taskpool.classnames.${task}, one name for each.`,
    );
  }
  const templates = sources.templates ?? prompts?.templates ?? known?.templates;
  return {
    classnames: names,
    templates: templates ?? [DEFAULT_TEMPLATE],
    notes:
      classnames && classnames.length !== names.length
        ? [`${names.length} class names are used, but the data have ${classnames.length} classes`]
        : [],
  };
}

async function promptsFor(task: string, files: readonly NamedBlob[]) {
  for (const file of files) {
    const prompts = promptsOf(await readTasksJson(file), task);
    if (prompts) return prompts;
  }
  return undefined;
}
