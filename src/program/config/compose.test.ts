import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../hydra/folder-node';
import { configFiles } from '../hydra/source';
import { expected, fixture, outcome, type Run, type Setting } from '../hydra/testing';

const own = fixture<Setting & { cases: readonly Run[] }>('own.json.gz');
const whole = fixture<Setting & { files: Readonly<Record<string, string>>; runs: readonly Run[] }>(
  'fusionbench-tree.json.gz',
);

describe("the project's own config/, against FusionBench's composed by Hydra", () => {
  const source = configFolder(fileURLToPath(new URL('../../../config', import.meta.url)));
  it.each(own.cases)('$name $overrides', async (run) => {
    expect(await outcome(source, own, run)).toEqual(expected(run));
  });
});

describe("FusionBench's whole tree, against Hydra", () => {
  const source = configFiles(new Map(Object.entries(whole.files)));
  it.each(whole.runs)('$name $overrides', async (run) => {
    expect(await outcome(source, whole, run)).toEqual(expected(run));
  });
});
