/** Labelled pictures of a table as a task. */
import type { ByteSource } from '../../checkpoint/byte-source';
import { byCodePoint } from '../../code-points';
import { FormatError } from '../../errors';
import type { ImageTask, LabelledImage } from '../types';
import type { TableGroup } from './table-splits';
import { applyPrompts } from './tasks-json';

/** More classes than any data set that CLIPs are scored on; a label beyond is an error, not a class. */
const MAX_CLASSES = 100_000;

export interface Labelled {
  readonly name: string;
  readonly label: number | string;
  readonly blob: ByteSource;
}

/**
 * @param given - the class names in label order, where the data have them
 * @throws FormatError where there are no pictures, one class only, or a label that is none of the classes
 */
export function labelledTask(
  group: TableGroup,
  given: readonly string[] | undefined,
  pictures: readonly Labelled[],
): ImageTask {
  const path = group.files[0]?.path ?? group.name;
  const classes = given ?? classesOf(pictures);
  if (pictures.length === 0)
    throw new FormatError(path, 'There are no pictures with labels in it.');
  if (classes.length < 2)
    throw new FormatError(path, 'There is one class only; a task needs at least two.');
  const indices = new Map(classes.map((classname, index) => [classname, index]));
  const images = pictures.map(({ label, ...picture }): LabelledImage => {
    const index = typeof label === 'string' ? indices.get(label) : label;
    if (index === undefined || index < 0 || index >= classes.length) {
      throw new FormatError(
        picture.name,
        `The label ${label} is none of the ${classes.length} classes.`,
      );
    }
    return { ...picture, label: index };
  });
  const actual = `${group.name} has ${classes.length} classes`;
  const prompts = applyPrompts(group.prompts, group.name, classes, actual);
  return { name: group.name, path, ...prompts, images };
}

/** The labels that are names, else the numbers up to the highest label. */
function classesOf(pictures: readonly Labelled[]): string[] {
  const names = new Set<string>();
  let count = 0;
  for (const { label } of pictures) {
    if (typeof label === 'string') names.add(label);
    else count = Math.max(count, label + 1);
  }
  if (names.size > 0) return [...names].sort(byCodePoint);
  return Array.from({ length: Math.min(count, MAX_CLASSES) }, (_, label) => String(label));
}
