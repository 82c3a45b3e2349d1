/** Configurations that are made to be too much: each is answered at once, by a sentence that names the place. */
import { describe, expect, it } from 'vitest';
import { compose } from './compose';
import { parseOverrides } from './override/parser';
import { configFiles } from './source';
import { refusal } from './testing';

const composing = (text: string, ...overrides: string[]) =>
  refusal(() =>
    compose({
      ...configFiles(new Map([['main.yaml', text]])),
      configName: 'main',
      overrides,
      env: {},
    }),
  );

/** Each line says the one before it twice. */
const doubling = (first: string, line: (name: string) => string) =>
  [`a0: ${first}`, ...Array.from({ length: 60 }, (_, i) => `a${i + 1}: ${line(`\${a${i}}`)}`)].join(
    '\n',
  );

describe('an interpolation bomb', () => {
  it('of texts is refused by the first value that is too long', async () => {
    const text = await composing(doubling('x', (name) => `${name}${name}`));
    expect(text).toMatch(/^a\d+: .* longer than 1048576 characters\b/);
    expect(text.length).toBeLessThan(500);
  });

  it('of sections is refused by the value at which there are too many', async () => {
    const text = await composing(doubling('{k: 1}', (name) => `{l: "${name}", r: "${name}"}`));
    expect(text).toMatch(/^a\d+\.[lr]: .* more than 100000 values\b/);
  });

  it('of lists is refused as well', async () => {
    const text = await composing(doubling('[1]', (name) => `["${name}", "${name}"]`));
    expect(text).toMatch(/^a\d+\.[01]: .* more than 100000 values\b/);
  });

  it('of aliases is refused by the file', async () => {
    const lines = ['a0: &a0 [x]'];
    for (let i = 1; i < 60; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    expect(await composing(lines.join('\n'))).toMatch(/^main\.yaml: /);
  });
});

describe('nesting without end', () => {
  const DEEP = 100_000;

  it.each([
    ['lists', `a: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
    ['sections', `a: ${'{k: '.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
    ['lists that never end', `a: ${'['.repeat(DEEP)}`],
    ['block lists', `a: ${'- '.repeat(DEEP)}1`],
    ['interpolations', `a: ${'${'.repeat(DEEP)}x${'}'.repeat(DEEP)}`],
  ])('of %s is refused by the file or the key', async (_, text) => {
    const answer = await composing(text);
    expect(answer).toMatch(/^(main\.yaml|a)\b/);
    expect(answer.length).toBeLessThan(500);
    expect(answer).not.toContain('call stack');
  });

  it.each(['[', '{a:', 'f(', '${'])('of %s in an override is refused', async (open) => {
    const answer = await refusal(() => parseOverrides([`a=${open.repeat(DEEP)}`]));
    expect(answer.length).toBeLessThan(500);
    expect(answer).not.toContain('call stack');
  });

  it('of keys in an override is refused', async () => {
    const answer = await composing('a: 1', `+a${'.a'.repeat(DEEP)}=1`);
    expect(answer.length).toBeLessThan(1000);
    expect(answer).not.toContain('call stack');
  });
});

describe('a long value', () => {
  const LONG = 'y'.repeat(100_000);

  it.each([
    ['a key', `${LONG}: 1`, [`z${LONG}=2`]],
    ['an interpolation', `a: \${${LONG}}`, []],
    ['a resolver', `a: \${${LONG}:x}`, []],
    ['a variable', `a: \${oc.env:${LONG}}`, []],
    ['an override', 'a: 1', [`${LONG}`]],
    ['a group', `defaults: [{${LONG}: x}]`, []],
    ['an option', `defaults: [{db: ${LONG}}]`, []],
  ] as const)('as %s is shortened in the message', async (_, text, overrides) => {
    const answer = await composing(text, ...overrides);
    expect(answer.length).toBeLessThan(2000);
    expect(answer).toContain('y…');
  });
});
