import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isFusionBench } from '../../method/types';
import { methodDefinitions } from './methods/index';

const hydra = new URL('../hydra/', import.meta.url);

/** Words by which FusionBench would be known: its own, those of its classes and its options. */
const words = [
  'fusion',
  '_pretrained_',
  'model_?pool',
  'task_?pool',
  'merged_?model',
  'mergekit',
  'checkpoint',
  'scaling_factor',
  'report_save_path',
  'log_dir',
  '\\bclip',
  // As short as ExPO a name stands in other words as well.
  ...methodDefinitions
    .filter(isFusionBench)
    .map(({ name }) => name.replace(/(?<=\w{5})Algorithm$/, '')),
  ...methodDefinitions.flatMap(({ configName = [] }) => configName),
];

it("hydra/ knows Hydra's language, and nothing of FusionBench", () => {
  const names = readdirSync(hydra, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  const foreign = new RegExp(words.join('|'), 'i');
  const knowing = files.flatMap((name) =>
    readFileSync(new URL(name, hydra), 'utf8')
      .split('\n')
      .filter((line) => foreign.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(knowing).toEqual([]);
});
