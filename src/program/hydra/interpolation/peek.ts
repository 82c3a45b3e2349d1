/** What an interpolation stands for while the configuration is still being composed; nothing is changed. */
import type { Node, Section } from '../values/node';
import { isContainer } from '../values/node';
import { child, childNames } from '../values/path';
import { hasInterpolation, parseTemplate } from './parse';

/** Longer chains of references than any configuration has; ends circles. */
const MAX_CHAIN = 100;

/**
 * The value that a lone reference such as `${..name}` leads to, or undefined: for other texts, and where it leads nowhere.
 * @param within - the section or list that holds the text
 */
export function peek(
  root: Section,
  text: string,
  within: Section | Node[],
  chain = 0,
): Node | undefined {
  const [only, more] = parseTemplate(text);
  if (only === undefined || typeof only === 'string' || more !== undefined) return undefined;
  if (only.kind !== 'reference' || chain > MAX_CHAIN) return undefined;
  let at: Node | undefined = only.level === 0 ? root : above(root, within, only.level - 1);
  for (const [step, nested] of only.steps) {
    if (typeof step !== 'string' || nested !== undefined || !isContainer(at)) return undefined;
    const value: Node | undefined = child(at, step);
    const indirect = typeof value === 'string' && hasInterpolation(value);
    at = indirect ? peek(root, value, at, chain + 1) : value;
  }
  return at;
}

/** The container that stands `levels` above, found from the top: the tree is small, and changes while it is composed. */
function above(root: Section, within: Section | Node[], levels: number): Node | undefined {
  const way = wayTo(root, within);
  return way?.[way.length - 1 - levels];
}

function wayTo(from: Section | Node[], to: Section | Node[]): (Section | Node[])[] | undefined {
  if (from === to) return [from];
  for (const name of childNames(from)) {
    const value = child(from, name);
    const way = isContainer(value) ? wayTo(value, to) : undefined;
    if (way) return [from, ...way];
  }
  return undefined;
}
