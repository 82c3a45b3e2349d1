import { describe, expect, it } from 'vitest';
import { configFiles } from './source';
import { expected, fixture, outcome, type Run, type Setting } from './testing';

interface Tree {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
}

const trees = fixture<Setting & { cases: readonly Tree[] }>('trees.json');

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
  const source = configFiles(new Map(Object.entries(files)));
  it.each(runs)('$name $overrides', async (run) => {
    const isStricter = stricter.has([run.name, ...run.overrides].join(' '));
    const wanted = isStricter ? 'refused' : expected(run);
    expect(await outcome(source, trees, run)).toEqual(wanted);
  });
});
