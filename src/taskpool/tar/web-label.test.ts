import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { labelOf } from './web-label';

const label = (field: string, text: string) => labelOf(`0.${field}`, field, new Blob([text]));

describe('what a field says of the class', () => {
  it.each<[string, string, number | string | undefined]>([
    ['cls', '7', 7],
    ['cls', ' +7\n', 7],
    ['cls', '1_0', 10],
    ['cls', '-1', undefined],
    ['left.cls', '3', 3],
    ['txt', 'a dog\n', 'a dog'],
    ['txt', ' \n', undefined],
    ['json', '{"label": 4, "caption": "x"}', 4],
    ['json', '{"caption": "x", "classname": "dog"}', 'dog'],
    ['json', '{"label": -1}', undefined],
    ['json', '{"label": 1.5}', undefined],
    ['json', '{"caption": "x"}', undefined],
    ['json', '[1]', undefined],
    ['json', '5', 5],
  ])('%s: %j', async (field, text, expected) => {
    expect(await label(field, text)).toBe(expected);
  });

  it.each([
    ['cls', 'dog'],
    ['cls', '1.0'],
    ['cls', ''],
    ['json', '{'],
    ['cls', ' '.repeat(2 ** 20 + 1)],
  ])('%s: what is none is refused', async (field, text) => {
    await expect(label(field, text)).rejects.toThrow(FormatError);
  });
});
