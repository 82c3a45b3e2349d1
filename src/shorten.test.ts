import { expect, it } from 'vitest';
import { ConfigError, FormatError } from './errors';
import { shorten, squeeze } from './shorten';

it('keeps what is short, and the beginning of what is not', () => {
  expect(shorten('x'.repeat(200))).toBe('x'.repeat(200));
  expect(shorten('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
  expect(shorten('abcdef', 3)).toBe('abc…');
});

it('keeps a message of any length, but no endless word in it', () => {
  const words = 'word '.repeat(1000);
  expect(squeeze(words)).toBe(words);
  expect(squeeze('x'.repeat(1000))).toBe('x'.repeat(1000));
  expect(squeeze(`it is ${'x'.repeat(1001)}, and ${'y'.repeat(5000)}`)).toBe(
    `it is ${'x'.repeat(200)}… and ${'y'.repeat(200)}…`,
  );
});

it('holds for every named error', () => {
  expect(new ConfigError('z'.repeat(5000)).message).toBe(`${'z'.repeat(200)}…`);
  const error = new FormatError('a.json', `it has ${'z'.repeat(5000)}`);
  expect(error.message).toBe(`a.json: it has ${'z'.repeat(200)}…`);
  expect(error.name).toBe('FormatError');
});
