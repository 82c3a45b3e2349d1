/** From what is chosen and typed in the dialog to the question that the engine is asked about a picture. */
import { checkTemplates } from './prompts';
import type { TriedPicture } from './types';

/** A picture to be tried, as it was dropped, pasted, drawn or taken. */
export interface PictureToTry {
  readonly name: string;
  readonly blob: Blob;
}

export interface TryDraft {
  readonly picture: PictureToTry | null;
  /** The task whose classes are chosen between; null where they are typed. */
  readonly taskId: string | null;
  readonly names: string;
  readonly template: string;
  /** The expert that is asked as well; null for the task's own. */
  readonly expert: string | null;
}

export const EMPTY_DRAFT: TryDraft = {
  picture: null,
  taskId: null,
  names: '',
  template: 'a photo of a {}',
  expert: null,
};

/** Names that stand on lines or between commas, without surrounding blanks. */
export function toNames(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** What keeps the typed classes from being used, for people; null where nothing does. */
export function typedProblem({ names, template }: Pick<TryDraft, 'names' | 'template'>) {
  const classnames = toNames(names);
  if (classnames.length < 2) {
    return 'Two class names or more are needed, on lines or between commas: cat, dog, horse';
  }
  const twice = classnames.find((name, index) => classnames.indexOf(name) !== index);
  if (twice !== undefined) {
    return `“${twice}” stands in the list twice: the text tower could not tell the two classes apart.`;
  }
  return checkTemplates([template]);
}

/** Null while there is no picture, or the typed classes cannot be used. */
export function questionOf(draft: TryDraft): TriedPicture | null {
  const { picture, taskId, names, template, expert } = draft;
  if (picture === null) return null;
  if (taskId !== null) return { ...picture, classes: { kind: 'task', taskId }, expert };
  if (typedProblem(draft) !== null) return null;
  const classes = { kind: 'typed', classnames: toNames(names), templates: [template] } as const;
  return { ...picture, classes, expert };
}
