import { describe, expect, it } from 'vitest';
import { philoxDefinition } from '../testing/philox-definition';
import { philox } from './random-drop';

/** Known answers of the authors' own library, Random123 1.14 (`tests/kat_vectors`, philox4x32 10). */
const KNOWN = [
  [
    '00000000 00000000 00000000 00000000',
    '00000000 00000000',
    '6627e8d5 e169c58d bc57ac4c 9b00dbd8',
  ],
  [
    'ffffffff ffffffff ffffffff ffffffff',
    'ffffffff ffffffff',
    '408f276d 41c83b0e a20bc7c6 6d5451fd',
  ],
  [
    '243f6a88 85a308d3 13198a2e 03707344',
    'a4093822 299f31d0',
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  ],
] as const;

function words(hex: string): number[] {
  return hex.split(' ').map((word) => Number.parseInt(word, 16));
}

describe('the random generator', () => {
  it.each(KNOWN)('is Philox4x32-10: counter %s, key %s', (counter, key, expected) => {
    const actual = Uint32Array.from(words(counter));
    philox(actual, words(key) as [number, number]);
    expect([...actual]).toEqual(words(expected));
    expect(philoxDefinition(words(counter), words(key))).toEqual(words(expected));
  });
});
