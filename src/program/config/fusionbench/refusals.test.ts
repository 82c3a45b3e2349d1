import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compose } from '../../hydra/compose';
import { configFolder } from '../../hydra/folder-node';
import { refusal as answerOf } from '../../hydra/testing';
import { methodDefinitions } from '../methods/index';
import { readConfig } from '../program/read-program';
import { explainConfig } from './explain-config';
import { refusalOf, refusedNames } from './refusals';

interface Names {
  readonly classes: Readonly<Record<'method' | 'modelpool' | 'taskpool' | 'program', string[]>>;
  readonly names: Readonly<Record<string, string>>;
}
const FIXTURES = new URL('../../../../reference/fixtures/', import.meta.url);
// The generator's own form.
const { classes, names } = JSON.parse(
  readFileSync(new URL('fusionbench-names.json', FIXTURES), 'utf8'),
) as Names;
const configs = JSON.parse(
  readFileSync(new URL('configs.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

const HAD: ReadonlySet<string> = new Set([
  ...methodDefinitions.flatMap(({ name, alias, configName }) => [
    name,
    alias ?? name,
    configName ?? name,
  ]),
  'CLIPVisionModelPool',
  'CLIPVisionModelTaskPool',
  'DummyTaskPool',
  'FabricModelFusionProgram',
  'ModelFusionProgram',
]);
const missing = (list: readonly string[]) => list.filter((name) => !HAD.has(name));
const all = [...Object.values(classes).flat(), ...Object.keys(names)];

const MODELPOOL = '{_target_: fusion_bench.modelpool.CLIPVisionModelPool, models: {a: x, b: y}}';
const METHOD = '{_target_: fusion_bench.method.SimpleAverageAlgorithm}';
const program = (keys: Readonly<Record<string, string>>) => {
  const entries = { method: METHOD, modelpool: MODELPOOL, ...keys };
  const text = Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
  return answerOf(() => readConfig(text));
};

describe('every class and name of FusionBench', () => {
  it('is had here, or there is a reason', () => {
    expect(missing(all).filter((name) => refusalOf(name) === undefined)).toEqual([]);
    expect(all.length).toBeGreaterThan(190);
  });

  it('has a reason only where it is not had, and exists or stands in a configuration of FusionBench', () => {
    const known = new Set([...all, ...Object.values(configs)]);
    expect(refusedNames.filter((name) => HAD.has(name))).toEqual([]);
    expect(refusedNames.filter((name) => !known.has(name))).toEqual([]);
    expect(new Set(refusedNames).size).toBe(refusedNames.length);
  });

  it.each(missing(classes.method))('as a method is refused with why: %s', async (name) => {
    const answer = await program({ method: `{_target_: fusion_bench.method.${name}}` });
    expect(answer).toBe(`method._target_: ${refusalOf(name)}`);
    expect(answer).not.toContain('Did you mean');
  });

  it.each(missing(Object.keys(names)))('by its name is refused with why: %s', async (name) => {
    const answer = await program({ method: `{name: ${name}, optimizer: adam}` });
    expect(answer).toBe(`method.name: ${refusalOf(name)}`);
  });

  it.each(missing(classes.modelpool))('as a model pool is refused with why: %s', async (name) => {
    const answer = await program({ modelpool: `{_target_: fusion_bench.modelpool.${name}}` });
    expect(answer).toBe(`modelpool._target_: ${refusalOf(name)}`);
  });

  it.each(missing(classes.taskpool))('as a task pool is refused with why: %s', async (name) => {
    const answer = await program({ taskpool: `{_target_: fusion_bench.taskpool.${name}}` });
    expect(answer).toBe(`taskpool._target_: ${refusalOf(name)}`);
  });

  it('as a program is refused with why', async () => {
    expect(
      await program({ _target_: 'fusion_bench._get_started.greeting_program.GreetingProgram' }),
    ).toMatchInlineSnapshot(
      `"_target_: GreetingProgram is not had here: it is another program, which prints a greeting. What merges and scores is FabricModelFusionProgram."`,
    );
  });
});

describe('what comes nearest', () => {
  it('is a method that there is', () => {
    const nearest = refusedNames.map((name) => refusalOf(name) ?? '');
    for (const text of nearest) {
      for (const [named] of text
        .slice(text.indexOf(':'))
        .matchAll(/\b[A-Z]\w+(?:Algorithm|Arithmetic|Merging|Pool|Program)\b/g)) {
        expect(HAD, text).toContain(named);
      }
    }
  });
});

describe('a misspelt name', () => {
  it('is still told with the right one', async () => {
    const answer = await program({
      method: '{_target_: fusion_bench.method.TaskArithmetcAlgorithm}',
    });
    expect(answer).toContain('Did you mean fusion_bench.method.TaskArithmeticAlgorithm?');
  });
});

describe('a configuration of FusionBench that is not here', () => {
  const config = new URL('../../../../config', import.meta.url).pathname;
  const composing = (...overrides: string[]) =>
    answerOf(() =>
      compose({
        ...configFolder(config),
        explain: explainConfig,
        configName: 'fabric_model_fusion',
        overrides,
        env: {},
      }),
    );

  it('is told by what it asks for', async () => {
    expect(await composing('method=tall_mask/task_arithmetic')).toMatchInlineSnapshot(
      `"fabric_model_fusion.yaml: there is no method/tall_mask/task_arithmetic.yaml. TallMaskTaskArithmeticAlgorithm is not had here: it keeps a model for each task (a mask or a compressed task vector beside what they share), and here one model is made for all tasks. What comes nearest are other merges of the same task vectors, TaskArithmeticAlgorithm and TiesMergingAlgorithm."`,
    );
    expect(await composing('method=linear/expo')).toMatchInlineSnapshot(`"accepted"`);
    expect(await composing('method=doge_ta/doge_ta')).toMatchInlineSnapshot(
      `"fabric_model_fusion.yaml: there is no method/doge_ta/doge_ta.yaml. DOGE_TA_Algorithm is not had here: it corrects the task vectors by a descent of its own before it adds them, which is not computed here. What comes nearest are other merges of the same task vectors, TaskArithmeticAlgorithm and TiesMergingAlgorithm."`,
    );
    expect(await composing('method=task_arithmetik')).toContain('Did you mean task_arithmetic?');
  });

  it.each(Object.entries(configs).filter(([, target]) => !HAD.has(target)))(
    'has a reason: %s',
    (path, target) => {
      expect(explainConfig(path)).toBe(refusalOf(target));
      expect(explainConfig(path)).toBeDefined();
    },
  );

  it('has none where what it asks for is had', () => {
    expect(explainConfig('method/task_arithmetic')).toBeUndefined();
    expect(explainConfig('method/nothing')).toBeUndefined();
  });
});
