import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors';
import { compose } from './compose';
import { configFolder } from './folder-node';
import { type ConfigSource, configFiles } from './source';
import { fixture, jsonText, type Run, type Setting } from './testing';

interface Tree {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
}

const trees = fixture<Setting & { cases: readonly Tree[] }>('trees.json');
const own = fixture<Setting & { cases: readonly Run[] }>('own.json.gz');
const whole = fixture<Setting & Omit<Tree, 'title'>>('fusionbench-tree.json.gz');
const ownSource = configFolder(fileURLToPath(new URL('../../../config', import.meta.url)));

function composed(source: ConfigSource, { environment, now }: Setting, run: Run) {
  return compose({
    ...source,
    configName: run.name,
    overrides: run.overrides,
    env: environment,
    now: new Date(now),
    cwd: 'FOLDER',
  });
}

/** Our result, or `refused`. Hydra's run directory comes with it. */
async function outcome(source: ConfigSource, setting: Setting, run: Run) {
  try {
    const { config, run: place } = await composed(source, setting, run);
    return { config: jsonText(config), run: place.dir };
  } catch (error) {
    if (error instanceof ConfigError) return `refused`;
    throw error;
  }
}

function expected(run: Run) {
  return run.result
    ? { config: JSON.stringify(run.result.config), run: run.result.run }
    : 'refused';
}

const sourceOf = (files: Readonly<Record<string, string>>) =>
  configFiles(new Map(Object.entries(files)));

/**
 * Stricter than Hydra: a section or a list inside a text, which it prints as Python would, and a value that Hydra does not
 * have, which becomes null there.
 */
const stricter: ReadonlySet<string> = new Set([
  'main a={q:1}',
  'main +a.q=1',
  'main a=[1,2]',
  `main t=\${hydra:nowhere}`,
]);

describe.each(trees.cases)('composition against Hydra: $title', ({ files, runs }) => {
  it.each(runs)('$name $overrides', async (run) => {
    const isStricter = stricter.has([run.name, ...run.overrides].join(' '));
    const wanted = isStricter ? 'refused' : expected(run);
    expect(await outcome(sourceOf(files), trees, run)).toEqual(wanted);
  });
});

describe("the project's own config/, against FusionBench's composed by Hydra", () => {
  it.each(own.cases)('$name $overrides', async (run) => {
    expect(await outcome(ownSource, own, run)).toEqual(expected(run));
  });
});

describe("FusionBench's whole tree, against Hydra", () => {
  const source = sourceOf(whole.files);
  it.each(whole.runs)('$name $overrides', async (run) => {
    expect(await outcome(source, whole, run)).toEqual(expected(run));
  });
});
