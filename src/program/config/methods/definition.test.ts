import { describe, expect, it } from 'vitest';
import { defineMethod } from '../../../method/define';
import { toTree } from '../../hydra/values/node';
import { parseYaml } from '../../hydra/values/yaml';
import { type Reading, readSection } from '../program/reading';
import { definitionOf, type PoolNames } from './definition';

/** One of everything that a method's file can say. */
const method = defineMethod({
  name: 'Everything',
  module: 'fusion_bench.method.everything',
  configuration: 'everything',
  title: 'Everything',
  summary: 'Takes one option of each kind.',
  kind: 'weights',
  experts: { min: 2 },
  options: [
    { name: 'share', kind: 'number', default: 0.5, min: 0, max: 1, description: 'Within.' },
    { name: 'least', kind: 'number', default: 1, min: 1, optional: true, description: 'Above.' },
    { name: 'most', kind: 'integer', default: 1, max: 9, optional: true, description: 'Below.' },
    { name: 'any', kind: 'number', default: 0, description: 'Whatever.' },
    { name: 'clamp', kind: 'boolean', default: false, description: 'Or not.' },
    { name: 'by', kind: 'choice', choices: ['sum', 'mean'], default: 'sum', description: 'How.' },
    { name: 'keys', kind: 'string list', default: [], nullable: true, description: 'Which.' },
    { name: 'parts', kind: 'number list', perExpert: true, default: [1], description: 'Each.' },
    { name: 'seed', kind: 'integer', default: 0, own: true, description: 'Of our own.' },
    {
      name: 'given',
      kind: 'number',
      default: 1,
      missing: 'it cannot be found out here. Give it.',
      description: 'Not learned.',
    },
  ],
  ignored: [
    { name: 'verbose', kind: 'boolean', optional: true, default: true },
    { name: 'path', kind: 'text', optional: true, nullable: true, default: null },
    { name: 'steps', kind: 'integer', optional: true },
    { name: 'more', kind: 'anything', optional: true },
    { name: 'strict', kind: 'boolean', default: false },
  ],
  check: ({ share, clamp }) =>
    clamp && share === 0 ? { option: 'share', problem: 'nothing is left. Raise it.' } : null,
  plan: () => {
    throw new Error('nothing is merged in this test');
  },
});

const POOL: PoolNames = {
  all: ['_pretrained_', 'a', 'b'],
  experts: ['a', 'b'],
  hasPretrained: true,
};

/** What is read of options in YAML, or what is wrong with them. */
function read(yaml: string, pool = POOL) {
  const definition = definitionOf(method);
  const reading: Reading = { problems: [], referenced: new Set(), withoutEffect: [] };
  const tree = toTree(parseYaml(yaml, 'test.yaml'));
  const options = readSection(reading, tree, 'method', definition.options, definition.name);
  if (options) reading.problems.push(...definition.check(options, pool));
  return reading.problems.length > 0 ? reading.problems.join('\n') : options;
}

const least = 'share: 0.25\nany: -1\nclamp: true\nby: mean\nparts: [1, 2]\ngiven: 3\nstrict: true';

describe('a configuration of a method, by its description', () => {
  it('has the defaults of FusionBench’s class where it says nothing', () => {
    expect(read(least)).toEqual({
      ...{ share: 0.25, any: -1, clamp: true, by: 'mean', parts: [1, 2], given: 3, strict: true },
      ...{ least: 1, most: 1, keys: null, verbose: true, path: null },
    });
  });

  it('keeps all that it says', () => {
    const rest =
      'least: 2\nmost: 9\nkeys: [x]\nseed: 7\nverbose: false\npath: y\nsteps: 3\nmore: [z]';
    expect(read(`${least}\n${rest}`)).toMatchObject({
      ...{ least: 2, most: 9, keys: ['x'], seed: 7 },
      ...{ verbose: false, path: 'y', steps: 3, more: ['z'] },
    });
  });

  it('is refused where an option is missing or of a wrong kind, all of them at once', () => {
    expect(read('{}')).toMatchInlineSnapshot(`
      "method.share: it is missing; Everything needs it.
      method.any: it is missing; Everything needs it.
      method.clamp: it is missing; Everything needs it.
      method.by: it is missing; Everything needs it.
      method.parts: it is missing; Everything needs it.
      method.given: it cannot be found out here. Give it.
      method.strict: it is missing; Everything needs it."
    `);
    expect(
      read(
        'share: 2\nleast: 0\nmost: 10\nany: .inf\nclamp: 1\nby: men\nkeys: x\nparts: [a]\nseed: 0.5\ngiven: null\nverbose: 1\npath: 1\nsteps: few\nstrict: null\nothers: 1',
      ),
    ).toMatchInlineSnapshot(`
      "method.others: Everything has no option others. Its options are share, least, most, any, clamp, by, keys, parts, seed, given, verbose, path, steps, more, strict.
      method.share: a number between 0 and 1 is expected, but it is 2.
      method.least: a number of at least 1 is expected, but it is 0.
      method.most: a whole number of at most 9 is expected, but it is 10.
      method.any: a finite number is expected, but it is Infinity.
      method.clamp: true or false is expected, but it is 1.
      method.by: one of sum, mean is expected, but it is the text "men". Did you mean mean?
      method.keys: a list of texts is expected, but it is the text "x".
      method.parts.0: a finite number is expected, but it is the text "a".
      method.seed: a whole number is expected, but it is 0.5.
      method.given: it cannot be found out here. Give it.
      method.verbose: true or false is expected, but it is 1.
      method.path: a text is expected, but it is 1.
      method.steps: a whole number is expected, but it is the text "few".
      method.strict: true or false is expected, but it is null."
    `);
  });

  it('is refused where options do not fit together, or to the pool', () => {
    const wrong = least.replace('share: 0.25', 'share: 0').replace('[1, 2]', '[1, 2, 3]');
    expect(read(wrong)).toMatchInlineSnapshot(`
      "method.parts: one weight for each of the 2 fine-tuned models is needed (a, b), but there are 3.
      method.share: nothing is left. Raise it."
    `);
    const one = { all: ['a'], experts: ['a'], hasPretrained: false };
    expect(read(least.replace('[1, 2]', '[1]'), one)).toMatchInlineSnapshot(`
      "modelpool.models: there is no _pretrained_, the model that all were fine-tuned from.
      modelpool.models: 2 fine-tuned models beside _pretrained_ are needed; it has 1."
    `);
  });
});
