import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configFolder } from './folder-node';
import { defaultsTable, jobText } from './show';
import { type ConfigSource, configFiles } from './source';
import { fixture, refusal } from './testing';

interface Case {
  readonly show: 'job' | 'defaults';
  readonly name: string;
  readonly folder?: string;
  readonly overrides: readonly string[];
  readonly package?: string;
  readonly resolve?: boolean;
  readonly printed: string;
}

interface Shown {
  readonly own: readonly Case[];
  readonly files: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

const shown = fixture<Shown>('shown.json');
const tree = configFiles(new Map(Object.entries(shown.files)));

function text(source: ConfigSource, { show, name, overrides, ...options }: Case): Promise<string> {
  const composed = { ...source, configName: name, overrides, env: {} };
  return show === 'job' ? jobText(composed, options) : defaultsTable(composed);
}

describe('what Hydra prints instead of running', () => {
  it.each(shown.cases)('$show of $name $overrides $package $resolve', async (question) => {
    expect(await text(tree, question)).toBe(question.printed);
  });

  it.each(shown.own)('$show of our own $name $overrides', async (question) => {
    const folder = new URL(`../../../config/${question.folder ?? ''}`, import.meta.url);
    expect(await text(configFolder(fileURLToPath(folder)), question)).toBe(question.printed);
  });

  it('names the package that there is not', async () => {
    const options = { ...tree, configName: 'config', overrides: [], env: {} };
    expect(await refusal(() => jobText(options, { package: 'dbs' }))).toBe(
      '--package: there is no dbs in the configuration.',
    );
  });
});
