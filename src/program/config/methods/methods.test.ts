import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { defaultOptions, type MethodOption } from '../../../method/options';
import { ALL_METHODS } from '../../../method/registry';
import { isFusionBench, type Method } from '../../../method/types';
import { compose } from '../../hydra/compose';
import { configFolder } from '../../hydra/folder-node';
import { fixture } from '../../hydra/testing';
import { readProgram } from '../program/read-program';
import { targetNames } from '../program/targets';
import { decisiveOptions } from './definition';
import { methodDefinitions } from './index';

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly default?: unknown;
}

interface Facts {
  readonly names: readonly string[];
  /** Of classes that are asked for by it. */
  readonly name?: string;
  readonly parameters: readonly Parameter[];
  readonly configuration: Readonly<Record<string, unknown>>;
}

const { methods } = fixture<{ methods: Readonly<Record<string, Facts>> }>('program.json');

/** A value as a configuration has it: sections are maps. */
function toNode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toNode);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, toNode(item)]));
}

function factsOf(name: string): Facts {
  const facts = methods[name];
  if (!facts) throw new Error(`the reference has no method ${name}`);
  return facts;
}

const fusionBenchs = methodDefinitions.filter(isFusionBench);

describe("methods, against FusionBench's classes", () => {
  it('has every method of the reference', () => {
    const names = fusionBenchs.map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(Object.keys(methods)));
  });

  it.each(fusionBenchs.map((definition) => [definition.name, definition] as const))(
    '%s: names, options, what is mandatory, defaults',
    (name, { options, configName, ...target }) => {
      const facts = factsOf(name);
      expect(targetNames(target)).toEqual(facts.names);
      expect(configName).toBe(facts.name);

      const own = ALL_METHODS.find((method) => method.name === name)?.options ?? [];
      const ours = new Set(own.flatMap((option) => (option.own ? [option.name] : [])));
      const known = Object.keys(options).filter((key) => !ours.has(key));
      const parameters = facts.parameters.filter((item) => !item.name.startsWith('_'));
      expect(known.sort()).toEqual(parameters.map((item) => item.name).sort());

      const schema = v.object(options);
      const required = parameters.filter((item) => item.required).map((item) => item.name);
      const missing = v.safeParse(schema, {}).issues ?? [];
      expect(missing.map((issue) => issue.path?.[0]?.key).sort()).toEqual(required.sort());

      // Where FusionBench would learn them there are none.
      const learned = own.find(({ missing }) => missing !== undefined)?.default;
      const given = Object.fromEntries(
        required.map((key) => [key, toNode(facts.configuration[key]) ?? learned]),
      );
      /** Another method stands there as a section. */
      const readAs = Object.fromEntries(
        own.flatMap((option) => (option.kind === 'method' ? [[option.name, option.default]] : [])),
      );
      // Options that nothing here depends on have no value where FusionBench has null.
      const defaults = parameters.filter(
        (item) => 'default' in item && item.name !== 'model_save_kwargs',
      );
      expect(v.parse(schema, given)).toEqual({
        ...Object.fromEntries(defaults.map((item) => [item.name, item.default])),
        ...given,
        ...readAs,
      });
    },
  );
});

describe('the option of the config group method', () => {
  const folder = configFolder(fileURLToPath(new URL('../../../../config', import.meta.url)));

  /** What FusionBench's option leaves open: which of two classes, and what it would learn. */
  const choosing = ({ configName, options }: Method) => {
    if (configName === undefined) return [];
    const weights = JSON.stringify(defaultOptions(options, 2).weights);
    return [`method.name=${configName}`, `method.weights=${weights}`];
  };

  /** A pool that the method can merge, of two experts at most. */
  const pool = ({ takes, experts }: Method) => [
    'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_sun397_and_cars',
    ...(takes === 'two models' ? ['~modelpool.models._pretrained_'] : []),
    ...(experts.max === 1 ? ['~modelpool.models.sun397'] : []),
  ];

  /**
   * Where FusionBench's file says another thing than its class and this program: tensors that a vision tower does not have
   * (Model Stock), a factor of 0 (pruning), and nothing, for it would be learned (AdaMerging).
   */
  const differs = ({ name, missing }: MethodOption) =>
    missing !== undefined || name === 'ignore_keys' || name === 'rescale';

  const own = ALL_METHODS.filter((method) => !isFusionBench(method));
  it.each(own.map((method) => [method.configuration, method] as const))(
    '%s, which FusionBench does not have, composes and chooses the method with its defaults',
    async (configuration, method) => {
      const overrides = [`method=${configuration}`, ...pool(method)];
      const configName = 'fabric_model_fusion';
      const { config, referenced } = await compose({ ...folder, configName, overrides, env: {} });
      const { target, options } = readProgram(config, referenced).method;
      expect(target).toBe(method.name);
      const defaults = method.options.filter(({ nullable, own }) => !nullable && !own);
      expect(options).toMatchObject(
        Object.fromEntries(defaults.map((item) => [item.name, item.default])),
      );
    },
  );

  it.each(
    ALL_METHODS.filter(isFusionBench).map((method) => [method.configuration, method] as const),
  )(
    '%s is shipped as FusionBench ships it, composes, and chooses the method with its defaults',
    async (configuration, method) => {
      const overrides = [`method=${configuration}`, ...choosing(method), ...pool(method)];
      const configName = 'fabric_model_fusion';
      const { config, referenced } = await compose({ ...folder, configName, overrides, env: {} });
      const read = readProgram(config, referenced).method;
      expect(read.target).toBe(method.name);

      const { configuration: shipped } = factsOf(method.name);
      expect(Object.keys(shipped)).toContain(method.configName ? 'name' : '_target_');
      const names = new Set(Object.keys(shipped));
      const defaults = method.options.filter(
        (option) => names.has(option.name) && !differs(option),
      );
      // Null stands for the default.
      const expected = Object.fromEntries(
        defaults.flatMap((item) =>
          shipped[item.name] === null ? [] : [[item.name, item.default] as const],
        ),
      );
      expect(decisiveOptions(method, read.options)).toMatchObject(expected);
    },
  );
});
