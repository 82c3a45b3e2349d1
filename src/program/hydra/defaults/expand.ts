/**
 * Turns the primary configuration's defaults list, and those of all the files that it includes, into one flat list of files
 * in the order in which they are merged.
 *
 * Source: hydra-core 1.3.8, `_create_defaults_tree_impl` of `hydra/_internal/defaults_list.py`. Lists are walked from their
 * end, as there, because the first request for a group wins.
 */
import { ConfigError } from '../../../errors';
import { hasInterpolation } from '../interpolation/parse';
import { createResolver } from '../interpolation/resolve';
import type { ResolverContext } from '../interpolation/resolvers';
import type { Section } from '../values/node';
import type { GroupChoices } from './choices';
import {
  type ConfigEntry,
  configPath,
  type Entry,
  finalPackage,
  type GroupEntry,
  groupPath,
  overrideKeyOf,
  type Parent,
} from './entry';
import type { ConfigFile, Repository } from './repository';

/** A file's content and the key under which it goes. */
export interface Part {
  readonly file: string;
  /** Its path in the tree, as Hydra calls it: without `.yaml`. */
  readonly path: string;
  /** The path of the file whose defaults list has it; undefined for a file that nothing includes. */
  readonly parent: string | undefined;
  /** Stands for `_self_`: the file has a defaults list. */
  readonly isSelf: boolean;
  readonly package: string;
  readonly content: Section;
  /** Groups may stand in the final list only once. */
  readonly overrideKey: string | undefined;
}

interface Context {
  readonly repository: Repository;
  readonly choices: GroupChoices;
  readonly resolvers: ResolverContext;
}

interface Visit {
  readonly entry: ConfigEntry | GroupEntry;
  readonly parent: Parent;
  /** Files on the way here, the primary one first. */
  readonly from: readonly ConfigFile[];
  readonly primary: boolean;
  /** The option came from an interpolation: overrides below it would come too late. */
  readonly interpolated: boolean;
}

/**
 * The parts of a configuration in merging order.
 * @throws ConfigError for files that are missing, groups without an option, and lists that include one another
 */
export async function expandDefaults(configName: string, context: Context): Promise<Part[]> {
  const top: Parent = { group: '', package: '' };
  const visit = (path: string, primary: boolean) =>
    expand(
      {
        entry: { kind: 'config', path, package: undefined, optional: false },
        parent: top,
        from: [],
        primary,
        interpolated: false,
      },
      context,
    );
  // The primary file's requests come first, its content last.
  const primary = await visit(configName, true);
  const hydra = await visit('hydra/config', false);
  const parts = [...hydra, ...primary];
  context.choices.checkAllUsed();
  const seen = new Set<string>();
  for (const { overrideKey, file } of parts) {
    if (overrideKey === undefined) continue;
    if (seen.has(overrideKey)) {
      throw new ConfigError(
        `${file}: the group ${overrideKey} stands twice in the defaults lists.`,
      );
    }
    seen.add(overrideKey);
  }
  return parts;
}

async function expand(visit: Visit, context: Context): Promise<Part[]> {
  const { entry, parent } = visit;
  const { choices, repository } = context;
  const including = visit.from.at(-1)?.name ?? 'the command line';
  if (entry.kind === 'group') {
    if (choices.isDeleted(entry, parent)) return [];
    choices.note(entry, parent, including);
    if (entry.value === null) return [];
    if (entry.value === '???') throw await missingOption(entry, parent, including, repository);
  }
  const path = configPath(entry, parent);
  const file = await repository.load(path);
  if (!file) {
    if (entry.optional) return [];
    throw await missingFile(visit, path, repository);
  }
  if (visit.from.includes(file)) {
    const circle = [...visit.from, file].map(({ name }) => name).join(' -> ');
    throw new ConfigError(`These defaults lists include one another in a circle: ${circle}.`);
  }
  const here: Parent = {
    group: groupPath(entry, parent),
    package: finalPackage(entry, parent, file.header),
  };
  const own: Part = {
    file: file.name,
    path: withoutExtension(path),
    parent: visit.from.at(-1) && withoutExtension(including),
    isSelf: false,
    package: here.package,
    content: file.content,
    overrideKey: entry.kind === 'group' ? overrideKeyOf(entry, parent) : undefined,
  };
  const entries = fullList(file, visit.primary ? choices.appended : []);
  requestOverrides(entries, here, file.name, visit, choices);
  const children = entries.filter((item) => item.kind !== 'group' || !item.override);
  if (children.length === 0) return [own];
  const self: Part = { ...own, isSelf: true, overrideKey: undefined };
  return expandChildren(children, self, here, { ...visit, from: [...visit.from, file] }, context);
}

function withoutExtension(path: string): string {
  return path.replace(/\.yaml$/, '');
}

/** The file's defaults list with `_self_`, which comes last where the list does not say. */
function fullList(file: ConfigFile, appended: readonly GroupEntry[]): Entry[] {
  const entries = [...file.defaults];
  const isContent = (entry: Entry) => entry.kind !== 'group' || !entry.override;
  const selfIsMissing = !entries.some((entry) => entry.kind === 'self');
  const counts = entries.length > 0 ? entries.some(isContent) : appended.length > 0;
  if (selfIsMissing && counts) entries.push({ kind: 'self' });
  return [...entries, ...appended];
}

function requestOverrides(
  entries: readonly Entry[],
  here: Parent,
  file: string,
  visit: Visit,
  choices: GroupChoices,
): void {
  let last: GroupEntry | undefined;
  for (const entry of entries) {
    if (entry.kind === 'self') continue;
    if (entry.kind !== 'group' || !entry.override) {
      if (!last || (entry.kind === 'group' && choices.appended.includes(entry))) continue;
      throw new ConfigError(
        `${file}: "override ${last.group}" stands before ${entry.kind === 'group' ? entry.group : entry.path}. Overrides come at the end of the defaults list (only _self_ may follow).`,
      );
    }
    last = entry;
    if (visit.interpolated) {
      throw new ConfigError(
        `${file}: "override ${entry.group}" is not possible here: the file was chosen by an interpolation, when all groups had their options.`,
      );
    }
    choices.request(entry, here, file);
  }
}

async function expandChildren(
  entries: readonly Entry[],
  self: Part,
  here: Parent,
  visit: Visit,
  context: Context,
): Promise<Part[]> {
  const below = { parent: here, from: visit.from, primary: false };
  const parts: Part[][] = entries.map(() => []);
  const deferred: { index: number; entry: ConfigEntry | GroupEntry }[] = [];
  for (const [index, item] of [...entries.entries()].reverse()) {
    if (item.kind === 'self') {
      parts[index] = [self];
      continue;
    }
    const entry = item.kind === 'group' ? context.choices.choose(item, here) : item;
    if (isInterpolated(entry)) {
      deferred.push({ index, entry });
      continue;
    }
    const found: Part[][] = [];
    for (const one of singleEntries(entry, self.file).reverse()) {
      found.unshift(
        await expand({ ...below, entry: one, interpolated: visit.interpolated }, context),
      );
    }
    parts[index] = found.flat();
  }
  for (const { index, entry } of deferred) {
    const resolved = resolveEntry(entry, self.file, context);
    parts[index] = await expand({ ...below, entry: resolved, interpolated: true }, context);
  }
  return parts.flat();
}

/** A list of options is that many files, none of which counts as the group's choice. */
function singleEntries(
  entry: ConfigEntry | GroupEntry,
  file: string,
): (ConfigEntry | GroupEntry)[] {
  if (entry.kind !== 'group' || entry.value === null || typeof entry.value === 'string') {
    return [entry];
  }
  return entry.value.map((option) => {
    if (hasInterpolation(option)) {
      throw new ConfigError(`${file}: ${option}: a list of options takes no interpolations.`);
    }
    return {
      kind: 'config',
      path: `${entry.group}/${option}`,
      package: entry.package,
      optional: entry.optional,
    };
  });
}

function isInterpolated(entry: ConfigEntry | GroupEntry): boolean {
  const text = entry.kind === 'group' ? entry.value : entry.path;
  return typeof text === 'string' && hasInterpolation(text);
}

/** `${group}` stands for the option that another group has. */
function resolveEntry<T extends ConfigEntry | GroupEntry>(
  entry: T,
  file: string,
  context: Context,
): T {
  const key = 'the defaults list';
  const text = entry.kind === 'group' ? entry.value : entry.path;
  const choices: Section = new Map(context.choices.known);
  choices.set(key, typeof text === 'string' ? text : null);
  const resolver = createResolver(choices, context.resolvers);
  try {
    const resolved = resolver.lookup([key]);
    if (typeof resolved !== 'string') throw new ConfigError(`${text} stands for no name.`);
    return { ...entry, [entry.kind === 'group' ? 'value' : 'path']: resolved };
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${file}: ${cause.message}`, { cause });
  }
}

async function missingOption(
  entry: GroupEntry,
  parent: Parent,
  file: string,
  repository: Repository,
): Promise<ConfigError> {
  const key = overrideKeyOf(entry, parent);
  const options = await repository.options(groupPath(entry, parent));
  return new ConfigError(
    `${file}: ${key} has no option yet. Choose one: ${key}=OPTION. The options are ${options.join(', ') || 'not known'}.`,
  );
}

async function missingFile(
  visit: Visit,
  path: string,
  repository: Repository,
): Promise<ConfigError> {
  const slash = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(0, slash));
  const suggestion = await repository.suggestOption(folder, path.slice(slash + 1));
  const where = visit.from.at(-1);
  const what = path.endsWith('.yaml') ? path : `${path}.yaml`;
  if (visit.primary) {
    return new ConfigError(`There is no configuration ${what}.${suggestion}`);
  }
  return new ConfigError(`${where ? `${where.name}: ` : ''}there is no ${what}.${suggestion}`);
}
