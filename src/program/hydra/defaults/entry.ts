/**
 * One item of a defaults list, and what its place in the tree makes of it: which file it means, and under which key
 * (Hydra's "package") that file's content goes.
 *
 * Source: hydra-core 1.3.8, `hydra/core/default_element.py` (version base 1.2 and later).
 */

interface CommonEntry {
  /** What stands after `@`; `_here_` is ''. */
  readonly package: string | undefined;
  readonly optional: boolean;
}

/** `_self_`: the content of the file that has the list. */
export interface SelfEntry {
  readonly kind: 'self';
}

/** `path/to/config` */
export interface ConfigEntry extends CommonEntry {
  readonly kind: 'config';
  readonly path: string;
}

/** `group: option`, `group: [options]`, `override group: option` */
export interface GroupEntry extends CommonEntry {
  readonly kind: 'group';
  readonly group: string;
  readonly value: string | readonly string[] | null;
  readonly override: boolean;
}

export type Entry = SelfEntry | ConfigEntry | GroupEntry;

/** Where the list stands that has the entry. */
export interface Parent {
  /** The group of the file, relative paths begin there. */
  readonly group: string;
  readonly package: string;
}

/** The file that an entry means, without `.yaml`. */
export function configPath(entry: ConfigEntry | GroupEntry, parent: Parent): string {
  if (entry.kind === 'group') return `${groupPath(entry, parent)}/${entry.value}`;
  return absolutePath(entry.path, parent);
}

/** The group that an entry chooses from: for a config its folder. */
export function groupPath(entry: ConfigEntry | GroupEntry, parent: Parent): string {
  if (entry.kind === 'group') return absolutePath(entry.group, parent);
  return folderOf(absolutePath(entry.path, parent));
}

/**
 * The key under which the content goes, '' for the top.
 * @param header - the file's own `# @package`
 */
export function finalPackage(
  entry: ConfigEntry | GroupEntry,
  parent: Parent,
  header: string | undefined,
): string {
  const own = ownPackage(entry, parent);
  const chosen = own ?? absoluteHeader(header) ?? relativeGroup(entry).replaceAll('/', '.');
  const joined = [parent.package, chosen].filter((part) => part !== '').join('.');
  const at = joined.lastIndexOf('_global_');
  return at < 0 ? joined : joined.slice(at + '_global_'.length + 1);
}

/** What an override on the command line or in an `override` item calls this entry: `group` or `group@package`. */
export function overrideKeyOf(entry: ConfigEntry | GroupEntry, parent: Parent): string {
  const group = groupPath(entry, parent);
  const chosen = finalPackage(entry, parent, undefined);
  return chosen === group.replaceAll('/', '.') ? group : `${group}@${chosen || '_global_'}`;
}

function ownPackage(entry: ConfigEntry | GroupEntry, parent: Parent): string | undefined {
  if (entry.package === undefined || !entry.package.includes('_group_')) return entry.package;
  const group = groupPath(entry, parent).replaceAll('/', '.');
  return `_global_.${entry.package.replaceAll('_group_', group)}`;
}

/** A header is always counted from the top. */
function absoluteHeader(header: string | undefined): string | undefined {
  if (header === undefined || header === '_global_' || header.startsWith('_global_.'))
    return header;
  return header === '' ? '_global_' : `_global_.${header}`;
}

function relativeGroup(entry: ConfigEntry | GroupEntry): string {
  return withoutSlash(entry.kind === 'group' ? entry.group : folderOf(entry.path));
}

function absolutePath(path: string, parent: Parent): string {
  if (path.startsWith('/')) return withoutSlash(path);
  return [parent.group, path].filter((part) => part !== '').join('/');
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function withoutSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}
