/** Reads the `defaults` list of a configuration file. */
import { ConfigError } from '../../../errors';
import { describeNode, isSection, type Node } from '../values/node';
import type { Entry } from './entry';

/**
 * @param file - name for messages
 * @throws ConfigError where the list has something that Hydra does not know
 */
export function readDefaultsList(defaults: Node | undefined, file: string): Entry[] {
  if (defaults === undefined) return [];
  if (!Array.isArray(defaults)) {
    throw new ConfigError(
      `${file}: defaults has to be a list, but it is ${describeNode(defaults)}.`,
    );
  }
  const entries = defaults.map((item) => readEntry(item, file));
  if (entries.filter((entry) => entry.kind === 'self').length > 1) {
    throw new ConfigError(`${file}: _self_ stands twice in the defaults list. Leave one.`);
  }
  return entries;
}

function readEntry(item: Node, file: string): Entry {
  if (typeof item === 'string') {
    const { name, package: target } = splitPackage(item);
    if (name !== '_self_') {
      return { kind: 'config', path: name, package: target, optional: false };
    }
    if (target === undefined) return { kind: 'self' };
    throw new ConfigError(`${file}: _self_ takes no @package in the defaults list.`);
  }
  const [first, second] = isSection(item) ? item : [];
  if (!first || second) {
    throw new ConfigError(
      `${file}: an item of the defaults list is "group: option" or the path of a file, but this is ${describeNode(item)}${second ? ' with several keys' : ''}.`,
    );
  }
  return readGroup(first[0], first[1], file);
}

function readGroup(key: string, value: Node, file: string): Entry {
  const { name, package: target } = splitPackage(key);
  const words = name.split(' ').filter((word) => word !== '');
  const group = words.pop() ?? '';
  const unknown = words.find((word) => word !== 'optional' && word !== 'override');
  if (unknown !== undefined || group === '') {
    throw new ConfigError(
      `${file}: "${key}" in the defaults list: before the group only "override" and "optional" may stand.`,
    );
  }
  return {
    kind: 'group',
    group,
    package: target,
    optional: words.includes('optional'),
    override: words.includes('override'),
    value: readOptions(key, value, file),
  };
}

function readOptions(key: string, value: Node, file: string): string | string[] | null {
  if (value === null || typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((option) => typeof option === 'string')) return value;
  throw new ConfigError(
    `${file}: ${key} in the defaults list takes the name of an option or a list of names, but it has ${describeNode(value)}.`,
  );
}

function splitPackage(text: string): { name: string; package: string | undefined } {
  const at = text.indexOf('@');
  if (at < 0) return { name: text, package: undefined };
  // `@old:new` is an older way of writing; its first part counts.
  const target = text.slice(at + 1).split(':')[0] ?? '';
  return { name: text.slice(0, at), package: target === '_here_' ? '' : target };
}
