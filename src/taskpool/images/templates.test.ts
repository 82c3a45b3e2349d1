import { expect, it } from 'vitest';
import { DEFAULT_TEMPLATE, fillTemplate, hasPlace } from './templates';

it.each([
  [DEFAULT_TEMPLATE, 'cat', 'a photo of a cat'],
  ['a photo of the number: "{c}".', '7', 'a photo of the number: "7".'],
  ['{}, yes, a {c}', 'dog', 'dog, yes, a dog'],
  ['a {}', '$& {} $1', 'a $& {} $1'],
])('%j with %j', (template, name, prompt) => {
  expect(hasPlace(template)).toBe(true);
  expect(fillTemplate(template, name)).toBe(prompt);
});

it('tells a template without a place for the name', () => {
  expect(hasPlace('a photo')).toBe(false);
  expect(hasPlace('a {classname}')).toBe(false);
});
