import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { fixture, type Setting, type Typed, typed, withFloats } from '../testing';
import { parseYaml } from '../values/yaml';
import { createResolver } from './resolve';

interface Case {
  readonly text: string;
  readonly value?: Typed;
  readonly error?: string;
}

const { cases, environment, now } = fixture<Setting & { cases: readonly Case[] }>(
  'interpolations.json',
);

function resolved(text: string) {
  const tree = parseYaml(text, 'x.yaml');
  const context = { env: environment, now: new Date(now), hydra: undefined };
  createResolver(tree, context).resolveAll();
  return tree;
}

function refusal(text: string): string {
  try {
    resolved(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('interpolations, against OmegaConf', () => {
  it.each(cases.filter(({ value }) => value))('resolves $text', ({ text, value }) => {
    expect(typed(resolved(text))).toEqual(value && withFloats(value));
  });

  it.each(cases.filter(({ value }) => !value))('refuses $text', ({ text }) => {
    expect(() => resolved(text)).toThrow(ConfigError);
  });
});

describe('messages about interpolations', () => {
  it('names the circle', () => {
    expect(refusal(`a: \${b}\nb: {c: "\${a}"}`)).toMatchInlineSnapshot(
      `"These values refer to one another in a circle: a -> b.c -> a."`,
    );
  });

  it('names the value, what it refers to, and the nearest key', () => {
    expect(refusal(`db: {user_name: x, owner: "\${.user_nmae}"}`)).toMatchInlineSnapshot(
      `"db.owner: \${.user_nmae}: there is no key user_nmae. Did you mean user_name?"`,
    );
  });

  it('says which environment variable is missing', () => {
    expect(refusal(`a: \${oc.env:NOWHERE}`)).toMatchInlineSnapshot(
      `"a: \${oc.env:NOWHERE}: the environment variable NOWHERE is not set. Set it, or give a default: \${oc.env:NOWHERE,DEFAULT}."`,
    );
  });

  it('refuses other resolvers by name', () => {
    expect(refusal(`a: \${oc.envv:HOME}`)).toMatchInlineSnapshot(
      `"a: \${oc.envv:HOME}: the resolver oc.envv is not supported; there are oc.env, hydra, now. Did you mean oc.env?"`,
    );
    expect(refusal(`a: \${oc.decode:x}`)).toMatchInlineSnapshot(
      `"a: \${oc.decode:x}: the resolver oc.decode is not supported; there are oc.env, hydra, now."`,
    );
  });

  it('refuses to write a list into a text, which Python would print', () => {
    expect(refusal(`a: [1, 2]\nb: x\${a}`)).toMatchInlineSnapshot(
      `"b: x\${a}: a section or a list cannot be put into a text."`,
    );
  });

  it('shows the place of a mistake', () => {
    expect(refusal(`a: x/\${b`)).toMatchInlineSnapshot(
      `"a: x/\${b: it cannot be read: at character 6 a } is expected here."`,
    );
  });
});
