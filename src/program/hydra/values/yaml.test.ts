import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { fixture, type Typed, typed, withFloats } from '../testing';
import { parseYaml } from './yaml';

interface Case {
  readonly text: string;
  readonly value?: Typed;
  readonly error?: string;
}

const { cases } = fixture<{ cases: readonly Case[] }>('yaml.json');

/** The top level of a configuration is a mapping: here PyYAML takes more. */
const isMap = (value: Typed) => value[0] === 'map';

describe('YAML, against OmegaConf', () => {
  it.each(cases.filter(({ value }) => value && isMap(value)))('reads $text', ({ text, value }) => {
    expect(typed(parseYaml(text, 'x.yaml'))).toEqual(value && withFloats(value));
  });

  it.each(cases.filter(({ value }) => !value || !isMap(value)))('refuses $text', ({ text }) => {
    expect(() => parseYaml(text, 'x.yaml')).toThrow(ConfigError);
  });
});
