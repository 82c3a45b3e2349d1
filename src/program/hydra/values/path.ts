/** Dotted paths into a configuration, as OmegaConf splits them: `a.b`, `a[b]`, `list.0`. */
import { isContainer, type Node, type Section } from './node';

/** The steps of a path. Leading dots give empty steps, as in relative interpolations. */
export function splitPath(path: string): string[] {
  const head = /^(\.)*[^.[]*/.exec(path)?.[0] ?? '';
  const steps = head.split('.');
  if (path[head.length] === '[' && steps.at(-1) === '') steps.pop();
  for (const [, dotted, bracketed] of path.slice(head.length).matchAll(/\.([^.[]*)|\[(.*?)\]/g)) {
    steps.push(dotted ?? bracketed ?? '');
  }
  return steps;
}

/** The index that a step means in a list, or undefined. Negative ones count from the end. */
export function listIndex(step: string, length: number): number | undefined {
  if (!/^-?\d+$/.test(step)) return undefined;
  const index = Number(step);
  const absolute = index < 0 ? index + length : index;
  return absolute >= 0 && absolute < length ? absolute : undefined;
}

/** The value under one step, or undefined. */
export function child(container: Node | undefined, step: string): Node | undefined {
  if (container instanceof Map) return container.get(step);
  if (!Array.isArray(container)) return undefined;
  const index = listIndex(step, container.length);
  return index === undefined ? undefined : container[index];
}

/** Puts a value under one step; a list keeps its length. Says whether it could. */
export function setChild(container: Node[] | Section, step: string, value: Node): boolean {
  if (container instanceof Map) {
    container.set(step, value);
    return true;
  }
  const index = listIndex(step, container.length);
  if (index === undefined) return false;
  container[index] = value;
  return true;
}

/** Names that exist under a container, for messages. */
export function childNames(container: Node | undefined): string[] {
  if (!isContainer(container)) return [];
  return container instanceof Map ? [...container.keys()] : [...container.keys()].map(String);
}
