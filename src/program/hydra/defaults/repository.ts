/** The files of a configuration tree, read once each, with Hydra's own section built in. */
import { ConfigError } from '../../../errors';
import { type ConfigSource, insideTree } from '../source';
import { nearestName } from '../values/nearest';
import type { Section } from '../values/node';
import { parseYaml } from '../values/yaml';
import type { Entry } from './entry';
import { HYDRA_FILES } from './hydra-files';
import { readDefaultsList } from './read-list';

export interface ConfigFile {
  /** Its path with `.yaml`, for messages. */
  readonly name: string;
  /** Its `# @package`. */
  readonly header: string | undefined;
  readonly defaults: readonly Entry[];
  /** Without the defaults list. */
  readonly content: Section;
}

export interface Repository {
  /** @throws ConfigError where the file is no configuration */
  load(path: string): Promise<ConfigFile | undefined>;
  /** Is there such a group? `option` is one of which it is known that it is asked for. */
  groupExists(group: string, option?: unknown): Promise<boolean>;
  /** Names of the options in a group, sorted. */
  options(group: string): Promise<string[]>;
  /** Available options and the nearest name, as a sentence; '' where none are known. */
  suggestOption(group: string, name: string): Promise<string>;
}

export function createRepository(source: ConfigSource): Repository {
  const files = new Map<string, Promise<ConfigFile | undefined>>();

  async function read(path: string): Promise<ConfigFile | undefined> {
    const name = withExtension(insideTree(path));
    const text = (await source.read(name)) ?? HYDRA_FILES.get(name);
    return text === undefined ? undefined : parseConfigFile(text, name);
  }

  async function list(folder: string): Promise<string[] | undefined> {
    const own = await source.list?.(insideTree(folder));
    const prefix = `${folder}/`;
    const builtIn = [...HYDRA_FILES.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).split('/')[0] ?? '');
    return own || builtIn.length > 0 ? [...(own ?? []), ...builtIn] : undefined;
  }

  async function options(group: string): Promise<string[]> {
    const names = (await list(group)) ?? [];
    const yaml = names.filter((name) => name.endsWith('.yaml'));
    return [...new Set(yaml.map((name) => name.slice(0, -'.yaml'.length)))].sort();
  }

  const repository: Repository = {
    load(path) {
      const key = withExtension(path);
      const loading = files.get(key) ?? read(path);
      files.set(key, loading);
      return loading;
    },
    async groupExists(group, option) {
      if (await list(group)) return true;
      if (typeof option !== 'string' || source.list) return false;
      return (await repository.load(`${group}/${option}`)) !== undefined;
    },
    options,
    async suggestOption(group, name) {
      const reason = source.explain?.(`${group}/${name}`);
      if (reason) return ` ${reason}`;
      const names = await options(group);
      if (names.length === 0) return '';
      const near = nearestName(name, names);
      const meant = near ? ` Did you mean ${near}?` : '';
      return `${meant} The options of ${group || 'the top folder'} are ${names.join(', ')}.`;
    },
  };
  return repository;
}

/** Splits a file into header, defaults list and content. */
export function parseConfigFile(text: string, name: string): ConfigFile {
  const content = parseYaml(text, name);
  const defaults = readDefaultsList(content.get('defaults'), name);
  content.delete('defaults');
  return { name, header: packageHeader(text, name), defaults, content };
}

/** `# @package name` above the first line that is neither empty nor such a header. */
function packageHeader(text: string, name: string): string | undefined {
  let header: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    if (!/^\s*#\s*@/.test(line)) break;
    const [key, value, ...more] = line
      .replace(/^[\s#]+/, '')
      .split(/\s+/)
      .filter(Boolean);
    if (value === undefined || more.length > 0) {
      throw new ConfigError(`${name}: "${line.trim()}" is expected to read "# @package NAME".`);
    }
    if (key === '@package') header = value;
  }
  return header;
}

function withExtension(path: string): string {
  return path.endsWith('.yaml') ? path : `${path}.yaml`;
}
