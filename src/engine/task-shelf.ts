/** The tasks: image sets in the library with the user's edits on them. */
import type { NamedBlob } from '../checkpoint/types';
import { ConfigError } from '../errors';
import type { Library } from '../storage/types';
import { hasPlace } from '../taskpool/images/templates';
import type { Finding, Origin, SampleImage, TaskEdit, TaskView } from './api';
import { freeName } from './free-name';

/** A task as it is remembered between visits, without its pictures. */
export interface TaskEntry {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly included: boolean;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
}

export interface ShelvedTask {
  readonly entry: TaskEntry;
  readonly images: readonly NamedBlob[];
  readonly labels: readonly number[];
  readonly findings: readonly Finding[];
}

/** What the library keeps with an image set. */
export type ImageSetFacts = { readonly labels: readonly number[] };

export async function openTask(library: Library, entry: TaskEntry): Promise<ShelvedTask | null> {
  const item = (await library.listImageSets()).find(({ id }) => id === entry.id);
  if (!item) return null;
  const { labels } = item.facts as ImageSetFacts;
  const files = await library.openImageSet(entry.id);
  // Kept with the label before it: see `addTasks`. People know a picture by its path inside the task.
  const images = files.map((file) => ({
    name: file.name.slice(file.name.indexOf('/') + 1),
    // Made when it is asked for, as the library does: thousands of Blobs take seconds.
    get blob() {
      return file.blob;
    },
  }));
  return { entry, labels, images, findings: [] };
}

/** Appends new tasks; a name that is taken gets a number, because the report is keyed by name. */
export function withFreeNames(
  tasks: readonly ShelvedTask[],
  added: readonly (ShelvedTask | null)[],
): ShelvedTask[] {
  const all = [...tasks];
  for (const task of added) {
    if (!task) continue;
    const name = freeName(
      task.entry.name,
      all.map(({ entry }) => entry.name),
    );
    all.push({ ...task, entry: { ...task.entry, name } });
  }
  return all;
}

/** Applies an edit; unknown ids leave the list as it is. Throws ConfigError on prompts that cannot be. */
export function editTasks(tasks: readonly ShelvedTask[], edit: TaskEdit): ShelvedTask[] {
  if (edit.type === 'remove') return tasks.filter(({ entry }) => entry.id !== edit.id);
  const others = tasks.filter(({ entry }) => entry.id !== edit.id).map(({ entry }) => entry.name);
  return tasks.map((task) =>
    task.entry.id === edit.id
      ? { ...task, entry: { ...task.entry, ...changes(task.entry, edit, others) } }
      : task,
  );
}

function changes(
  entry: TaskEntry,
  edit: Exclude<TaskEdit, { type: 'remove' }>,
  others: readonly string[],
): Partial<TaskEntry> {
  switch (edit.type) {
    case 'setIncluded':
      return { included: edit.included };
    case 'rename': {
      const name = edit.name.trim();
      if (name === '') throw new ConfigError('A task needs a name of at least one character.');
      return { name: freeName(name, others) };
    }
    case 'setPrompts': {
      const { classnames, templates } = edit;
      if (classnames.length !== entry.classnames.length) {
        throw new ConfigError(
          `${entry.name} has ${entry.classnames.length} classes, but ${classnames.length} names were given.`,
        );
      }
      if (templates.length === 0)
        throw new ConfigError(`${entry.name} needs at least one template.`);
      const bad = templates.find((template) => !hasPlace(template));
      if (bad !== undefined) {
        throw new ConfigError(`The template "${bad}" has no {} where the class name goes.`);
      }
      return { classnames, templates };
    }
  }
}

/** `count` pictures spread over the task, for looking at. */
export function sampleImages({ entry, images, labels }: ShelvedTask, count: number): SampleImage[] {
  const step = Math.max(1, Math.floor(images.length / count));
  return images.flatMap((image, i) => {
    if (i % step !== 0 || i / step >= count) return [];
    const { name, blob } = image;
    return [{ name, blob, classname: entry.classnames[labels[i] ?? -1] ?? '' }];
  });
}

const UNREADABLE = 'These pictures cannot be read; they are left out of the counts.';

/** The task with this picture that cannot be read among its findings: once, though every model is scored on it. */
export function withUnreadable(task: ShelvedTask, name: string, error: Error): ShelvedTask {
  const known = task.findings.find(({ message }) => message === UNREADABLE);
  const line = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  if (known?.details.includes(line)) return task;
  const finding: Finding = {
    severity: 'warning',
    subject: task.entry.name,
    message: UNREADABLE,
    details: [...(known?.details ?? []), line],
  };
  const others = task.findings.filter((other) => other !== known);
  return { ...task, findings: [...others, finding] };
}

export function taskView(task: ShelvedTask, expert: string | null): TaskView {
  const { entry, labels, images, findings } = task;
  const classCounts = entry.classnames.map(() => 0);
  for (const label of labels) classCounts[label] = (classCounts[label] ?? 0) + 1;
  return {
    id: entry.id,
    name: entry.name,
    origin: entry.origin,
    included: entry.included,
    classnames: entry.classnames,
    templates: entry.templates,
    imageCount: images.length,
    classCounts,
    expert,
    findings,
  };
}

/** Task and model names are the same when they differ only in case, `_`, `-` and blanks. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');
  return plain(a) === plain(b);
}
