/**
 * Which option each config group takes: what the command line and `override` items of defaults lists ask for, and what was
 * found. The first to ask wins: the command line, then the primary file, then the files that it includes.
 *
 * Source: hydra-core 1.3.8, class `Overrides` of `hydra/_internal/defaults_list.py`.
 */
import { ConfigError } from '../../../errors';
import { valueNode } from '../override/text';
import { isSweep, type Override, overrideKey } from '../override/types';
import { nearestName } from '../values/nearest';
import type { Node } from '../values/node';
import { type GroupEntry, groupPath, overrideKeyOf, type Parent } from './entry';
import type { Repository } from './repository';

interface Choice {
  readonly value: GroupEntry['value'];
  /** The file whose defaults list asks for it; undefined for the command line. */
  readonly file: string | undefined;
  used: boolean;
}

export interface GroupChoices {
  /** Group overrides of the command line with `+`, for the end of the primary defaults list. */
  readonly appended: readonly GroupEntry[];
  /** Overrides of values, which come after composition. */
  readonly valueOverrides: readonly Override[];
  /** The option that every group has got so far, by override key. */
  readonly known: ReadonlyMap<string, string | null>;
  /** An `override` item of a defaults list. */
  request(entry: GroupEntry, parent: Parent, file: string): void;
  /** The entry with the option that was asked for. */
  choose(entry: GroupEntry, parent: Parent): GroupEntry;
  /** Is the entry deleted by `~group`? */
  isDeleted(entry: GroupEntry, parent: Parent): boolean;
  /** @throws ConfigError where the group has another option already */
  note(entry: GroupEntry, parent: Parent, file: string): void;
  /** @throws ConfigError for overrides and deletions that met no entry */
  checkAllUsed(): void;
}

/** Tells overrides of groups from overrides of values. */
export async function createChoices(
  repository: Repository,
  overrides: readonly Override[],
): Promise<GroupChoices> {
  const requested = new Map<string, Choice>();
  const deletions = new Map<string, { name: Node; used: boolean }>();
  const known = new Map<string, string | null>();
  const keysOfGroup = new Map<string, Set<string>>();
  const appended: GroupEntry[] = [];
  const valueOverrides: Override[] = [];

  for (const override of overrides) {
    // Sweeps are for multirun, which hands every run plain values.
    if (isSweep(override.value)) continue;
    const value = override.value === undefined ? null : valueNode(override.value);
    const isGroup = await repository.groupExists(override.key, value);
    if (!isGroup || value instanceof Map) {
      valueOverrides.push(override);
    } else if (override.kind === 'force-add') {
      throw new ConfigError(`${override.line}\nA config group takes + or no sign, not ++.`);
    } else if (override.kind === 'delete') {
      deletions.set(overrideKey(override), { name: value, used: false });
    } else {
      const option = groupOption(value, override.line);
      if (override.kind === 'add') appended.push(appendedEntry(override, option));
      else requested.set(overrideKey(override), { value: option, file: undefined, used: false });
    }
  }

  return {
    appended,
    valueOverrides,
    known,
    request(entry, parent, file) {
      const key = overrideKeyOf(entry, parent);
      if (!requested.has(key)) requested.set(key, { value: entry.value, file, used: false });
    },
    choose(entry, parent) {
      const choice = requested.get(overrideKeyOf(entry, parent));
      if (!choice) return entry;
      choice.used = true;
      return { ...entry, value: choice.value };
    },
    isDeleted(entry, parent) {
      const deletion = deletions.get(overrideKeyOf(entry, parent));
      if (!deletion || (deletion.name !== null && deletion.name !== entry.value)) return false;
      deletion.used = true;
      return true;
    },
    note(entry, parent, file) {
      const key = overrideKeyOf(entry, parent);
      const value = typeof entry.value === 'string' ? entry.value : null;
      const before = known.get(key);
      if (known.has(key) && before !== value) {
        throw new ConfigError(
          `${file}: ${key} is ${before} already and cannot be ${value}, too. To change it write "override ${key}: ${value}".`,
        );
      }
      known.set(key, value);
      const group = groupPath(entry, parent);
      keysOfGroup.set(group, (keysOfGroup.get(group) ?? new Set()).add(key));
    },
    checkAllUsed() {
      for (const [key, choice] of requested) {
        if (!choice.used) throw unusedChoice(key, choice, keysOfGroup, [...known.keys()]);
      }
      for (const [key, deletion] of deletions) {
        if (deletion.used) continue;
        const what = deletion.name === null ? key : `${key}=${deletion.name}`;
        throw new ConfigError(
          `~${what}: no defaults list has this group. ${meantKey(key, [...known.keys()])}`,
        );
      }
    },
  };
}

function groupOption(value: Node, line: string): string | string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new ConfigError(`${line}\nA config group takes the name of an option or a list of names.`);
}

function appendedEntry(override: Override, value: string | string[]): GroupEntry {
  const target = override.package === '_here_' ? '' : override.package;
  return {
    kind: 'group',
    group: override.key,
    package: target,
    value,
    optional: false,
    override: false,
  };
}

function unusedChoice(
  key: string,
  choice: Choice,
  keysOfGroup: ReadonlyMap<string, ReadonlySet<string>>,
  known: readonly string[],
): ConfigError {
  const [group = key] = key.split('@');
  const others = [...(keysOfGroup.get(group) ?? [])].sort();
  const where = choice.file === undefined ? '' : `${choice.file}: `;
  const append =
    choice.file === undefined
      ? ` To append it to the defaults list write +${key}=${choice.value}.`
      : '';
  const meant = others.length > 0 ? `Did you mean ${others.join(' or ')}?` : meantKey(key, known);
  return new ConfigError(
    `${where}the group ${key} cannot be overridden: no defaults list has it. ${meant}${append}`,
  );
}

function meantKey(key: string, known: readonly string[]): string {
  const near = nearestName(key, known);
  if (near) return `Did you mean ${near}?`;
  const own = known.filter((name) => !name.startsWith('hydra'));
  return own.length > 0
    ? `The groups are ${own.join(', ')}.`
    : 'The configuration chooses from no group.';
}
