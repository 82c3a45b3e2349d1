import { expect, it } from 'vitest';
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

it('counts arrays and objects inside each other', () => {
  expect(isTooDeep(nested(MAX_JSON_DEPTH))).toBe(false);
  expect(isTooDeep(nested(MAX_JSON_DEPTH + 1))).toBe(true);
  expect(isTooDeep('{"a":'.repeat(MAX_JSON_DEPTH + 1))).toBe(true);
  expect(isTooDeep('[],'.repeat(1000))).toBe(false);
});

it('passes over what stands in strings', () => {
  const brackets = '['.repeat(1000);
  expect(isTooDeep(`["${brackets}"]`)).toBe(false);
  expect(isTooDeep(`["\\"${brackets}"]`)).toBe(false);
  expect(isTooDeep(`["\\\\",${brackets}`)).toBe(true);
  expect(isTooDeep(`["${brackets}`)).toBe(false);
});

it('takes a long string at once', () => {
  expect(isTooDeep(`"${'\\\\'.repeat(500_000)}"${nested(3)}`)).toBe(false);
});
