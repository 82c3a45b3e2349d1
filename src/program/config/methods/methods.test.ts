import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { targetNames } from '../program/targets';
import { fixture } from '../testing';
import { methodDefinitions } from './index';

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly default?: unknown;
}

interface Facts {
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly configuration: Readonly<Record<string, unknown>>;
}

const { methods } = fixture<{ methods: Readonly<Record<string, Facts>> }>('program.json');

describe("methods, against FusionBench's classes", () => {
  it('has every method of the reference', () => {
    expect(methodDefinitions.map(({ name }) => name)).toEqual(Object.keys(methods));
  });

  it.each(methodDefinitions.map((definition) => [definition.name, definition] as const))(
    '%s: names, options, defaults, shipped configuration',
    (name, definition) => {
      const facts = methods[name];
      expect(targetNames(definition)).toEqual(facts?.names);

      const parameters = (facts?.parameters ?? []).filter((item) => !item.name.startsWith('_'));
      expect(Object.keys(definition.options)).toEqual(parameters.map((item) => item.name));

      const { _target_, ...shipped } = facts?.configuration ?? {};
      expect(targetNames(definition)).toContain(_target_);
      const schema = v.object(definition.options);
      expect(v.safeParse(schema, shipped).issues).toBeUndefined();

      const missing = v.safeParse(schema, {}).issues ?? [];
      const required = parameters.filter((item) => item.required).map((item) => item.name);
      expect(missing.map((issue) => issue.path?.[0]?.key)).toEqual(required);

      const given = Object.fromEntries(required.map((key) => [key, shipped[key]]));
      const defaults = parameters.filter((item) => !item.required);
      // Options that mean nothing here keep no value, where FusionBench has null.
      expect(v.parse(schema, given)).toEqual({
        ...Object.fromEntries(defaults.map((item) => [item.name, item.default ?? null])),
        ...given,
        ...(name === 'ModelStock' ? { model_save_kwargs: undefined } : {}),
      });
    },
  );
});
