import { expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { writeConfig } from '../formats/write-config';
import { readConfig } from './read-program';

function configuration(relations: string, models = '{_pretrained_: base, a: a, b: b}'): string {
  return `
method: {_target_: fusion_bench.method.SimpleAverageAlgorithm}
modelpool: {_target_: fusion_bench.modelpool.CLIPVisionModelPool, models: ${models}}
taskpool: null
relations: ${relations}
`;
}

function problems(...given: Parameters<typeof configuration>): string {
  try {
    readConfig(configuration(...given));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

it('are all of them, or a section with options, and written so that they are read back', () => {
  const all = readConfig(configuration('true'));
  expect(all.relations).toEqual({ directions: true, savePath: '{log_dir}/relations' });
  const some = readConfig(configuration('{directions: false, save_path: null}'));
  expect(some.relations).toEqual({ directions: false, savePath: null });
  for (const program of [all, some]) expect(readConfig(writeConfig(program))).toEqual(program);
  for (const off of ['null', 'false']) {
    expect(readConfig(configuration(off))).not.toHaveProperty('relations');
  }
});

it('say what is wrong, and what to do', () => {
  expect(problems('all')).toBe(
    'relations: true is expected, or a section with directions and save_path.',
  );
  expect(problems('{direction: true}')).toBe(
    'relations.direction: a relations section has no option direction. The name is directions.',
  );
  expect(problems('true', '{_pretrained_: base, a: a}')).toBe(
    'relations: fine-tuned models of _pretrained_ are compared with each other. Give it and two or more of them in modelpool.models.',
  );
});
