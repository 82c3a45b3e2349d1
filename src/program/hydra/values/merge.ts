/** Merging of sections, as `OmegaConf.merge` does: sections key by key, lists as a whole, a missing value changes nothing. */
import { ConfigError } from '../../../errors';
import { nearestName } from './nearest';
import {
  copyNode,
  describeNode,
  isContainer,
  isSection,
  MISSING,
  type Node,
  type Section,
} from './node';

export interface MergeOptions {
  /** The section or list that the text of an interpolation stands for, where it stands for one. */
  readonly dereference: (interpolation: string, within: Section | Node[]) => Node | undefined;
  /** Refuses keys that are not there yet, as overrides without `+` do. */
  readonly struct?: boolean;
}

/**
 * Merges `source` into `target`, which is changed; `source` is copied.
 * @param path - where `target` stands, for messages
 * @throws ConfigError where a section meets a list, or a key is new and must not be
 */
export function mergeInto(
  target: Section,
  source: ReadonlyMap<string, Node>,
  options: MergeOptions,
  path: readonly string[] = [],
): void {
  for (const [key, value] of source) {
    const here = [...path, key];
    if (options.struct && !target.has(key)) throw unknownKey(target, here);
    const old = expanded(target, key, options);
    if (isSection(old) && isSection(value)) {
      mergeInto(old, value, options, here);
    } else if (isContainer(old) && isContainer(value) && isSection(old) !== isSection(value)) {
      throw new ConfigError(
        `${here.join('.')} is ${describeNode(old)} and cannot be merged with ${describeNode(value)}. Delete it first (~${here.join('.')}).`,
      );
    } else if (value !== MISSING || old === undefined) {
      target.set(key, copyNode(value));
    }
  }
}

/** The value under a key; an interpolation that stands for a section or list is replaced by a copy of it first. */
function expanded(target: Section, key: string, options: MergeOptions): Node | undefined {
  const old = target.get(key);
  if (typeof old !== 'string' || !old.includes('${')) return old;
  const meant = options.dereference(old, target);
  if (!isContainer(meant)) return old;
  const copy = copyNode(meant);
  target.set(key, copy);
  return copy;
}

/** The error for a key that must exist and does not. */
export function unknownKey(section: Section | undefined, path: readonly string[]): ConfigError {
  return new ConfigError(
    `There is no key ${path.join('.')}. ${namesBeside(section, path)} To add a new key, write +${path.join('.')}=...`,
  );
}

/** A sentence with the name that was probably meant, or else with all that there are. */
export function namesBeside(section: Section | undefined, path: readonly string[]): string {
  const name = path.at(-1) ?? '';
  const names = [...(section?.keys() ?? [])].filter((key) => path.length > 1 || key !== 'hydra');
  const near = nearestName(name, names);
  const above = path.slice(0, -1);
  return near
    ? `Did you mean ${[...above, near].join('.')}?`
    : `${above.length > 0 ? `${above.join('.')} has` : 'There are'} ${names.join(', ') || 'no keys'}.`;
}
