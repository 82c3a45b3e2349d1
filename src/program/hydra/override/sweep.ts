/** Multirun: the overrides of every run, in Hydra's order (the last sweep runs fastest). */
import { ConfigError } from '../../../errors';
import { shorten } from '../../../shorten';
import { parseOverrides } from './parser';
import { MAX_RUNS, rangeValues } from './range';
import { valueText } from './text';
import { isSweep, type Override, overrideKey, type Sweep } from './types';

const SIGNS = { change: '', add: '+', 'force-add': '++', delete: '~' } as const;

/**
 * The overrides of each run of `-m`; one run where nothing is swept.
 * @param options - names of the options in a config group, for `glob(...)`
 * @throws ConfigError for overrides that cannot be read, and for more runs than `MAX_RUNS`
 */
export async function expandSweeps(
  lines: readonly string[],
  options: (group: string) => Promise<readonly string[]>,
): Promise<string[][]> {
  // A key that is given twice keeps its place and takes the last value.
  const choices = new Map<string, string[]>();
  for (const override of parseOverrides(lines)) {
    const key = `${SIGNS[override.kind]}${overrideKey(override)}`;
    choices.set(
      key,
      (await valueTexts(override, options)).map((value) => `${key}=${value}`),
    );
  }
  let runs: string[][] = [[]];
  for (const alternatives of choices.values()) {
    if (runs.length * alternatives.length > MAX_RUNS) {
      throw new ConfigError(
        `These sweeps make more than ${MAX_RUNS} runs. Sweep over fewer values.`,
      );
    }
    runs = runs.flatMap((run) => alternatives.map((alternative) => [...run, alternative]));
  }
  return runs;
}

async function valueTexts(
  override: Override,
  options: (group: string) => Promise<readonly string[]>,
): Promise<string[]> {
  const { value = null } = override;
  if (!isSweep(value)) return [valueText(value)];
  try {
    const texts = await sweepTexts(value, () => options(override.key));
    if (texts.length > 0) return texts;
    throw new ConfigError('This sweep has no values.');
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${shorten(override.line)}\n${cause.message}`, { cause });
  }
}

async function sweepTexts(
  sweep: Sweep,
  options: () => Promise<readonly string[]>,
): Promise<string[]> {
  switch (sweep.kind) {
    case 'choice':
      return sweep.values.map(valueText);
    case 'range':
      return rangeValues(sweep).map(valueText);
    case 'glob': {
      const matches = (name: string, globs: readonly string[]) =>
        globs.some((glob) => globPattern(glob).test(name));
      return (await options())
        .filter((name) => matches(name, sweep.include) && !matches(name, sweep.exclude))
        .map(valueText);
    }
  }
}

/** `*`, `?` and `[...]` as Python's fnmatch has them. */
function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(
    /\[(!?)([^\]]+)\]|[\s\S]/g,
    (token, negated: string, set: string) => {
      if (set !== undefined) return `[${negated ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
      if (token === '*') return '[\\s\\S]*';
      return token === '?' ? '[\\s\\S]' : token.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    },
  );
  return new RegExp(`^${source}$`);
}
