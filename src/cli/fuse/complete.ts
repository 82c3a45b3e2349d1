/** What may stand next on a command line that is being typed. */
import { ALL_METHODS } from '../../method/registry';
import { ENGINE_NAMES } from '../../program/config/program/types';
import { configFolder } from '../../program/hydra/folder-node';
import { FLAGS } from './arguments';
import { configGroups, configNames, type ListedSource } from './config-groups';
import { findConfigs } from './find-configs';
import type { FuseEnvironment } from './plan';
import { PROGRAM_KEYS } from './program-keys';

const OWN_KEYS = ['+search=', '+compare=', '+relations=', '+layers='];

/** What follows an option that takes a value, apart from names of files, which are the shell's. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--cfg': ['job'],
  '-c': ['job'],
  '--info': ['defaults'],
  '-i': ['defaults'],
  '--config-path': [],
  '-cp': [],
  '--plan': [],
  '--job': [],
  '--index': [],
  '--collect': [],
  '--package': [],
  '-p': [],
};

/**
 * Whole words that begin with `current`; none where the shell's own names of files will do.
 * @param before - the words before it
 */
export async function completions(
  before: readonly string[],
  current: string,
  { cwd, configs }: Pick<FuseEnvironment, 'cwd' | 'configs'>,
): Promise<string[]> {
  const after = (...names: string[]) =>
    before[before.findLastIndex((word) => names.includes(word)) + 1];
  const hasPath = before.some((word) => word === '--config-path' || word === '-cp');
  const path = hasPath ? after('--config-path', '-cp') : undefined;
  // A folder that is not there has nothing to offer.
  const folder = await findConfigs(path, cwd, configs).catch(() => undefined);
  const source = folder === undefined ? { list: async () => undefined } : configFolder(folder);
  const words = await candidates(before, current, source);
  return words.filter((word) => word.startsWith(current));
}

async function candidates(
  before: readonly string[],
  current: string,
  source: ListedSource,
): Promise<readonly string[]> {
  const last = before.at(-1) ?? '';
  if (last === '--config-name' || last === '-cn') return configNames(source);
  const values = VALUES[last];
  if (values) return values;
  if (current.startsWith('-')) return FLAGS;
  const groups = await configGroups(source);
  const options = chosenMethod(before)?.options ?? [];
  const [, sign = '', key] = /^(\+{0,2})([^=]*)=/.exec(current) ?? [];
  if (key === undefined) {
    return [
      ...[...groups.keys()].map((group) => `${group}=`),
      ...options.map(({ name }) => `method.${name}=`),
      ...Object.keys(PROGRAM_KEYS).map((name) => `${name}=`),
      ...OWN_KEYS,
    ];
  }
  const option = options.find(({ name }) => key === `method.${name}`);
  const choices =
    groups.get(key) ??
    (key === 'engine' ? ENGINE_NAMES : undefined) ??
    (option?.kind === 'choice' ? option.choices : undefined) ??
    (option?.kind === 'boolean' ? ['true', 'false'] : []);
  return choices.map((choice) => `${sign}${key}=${choice}`);
}

function chosenMethod(before: readonly string[]) {
  const word = before.findLast((candidate) => /^\+?method=/.test(candidate));
  return ALL_METHODS.find(
    ({ configuration }) => configuration === word?.replace(/^\+?method=/, ''),
  );
}
