import { describe, expect, it } from 'vitest';
import { namedPlace, sameName } from '../modelpool/same-name';
import { freeName } from './free-name';

describe('a free name', () => {
  it('is the name itself, or with the first number that is not taken', () => {
    expect(freeName('mnist', ['dtd'])).toBe('mnist');
    expect(freeName('mnist', ['mnist'])).toBe('mnist (2)');
    expect(freeName('mnist', ['mnist', 'mnist (2)', 'mnist (4)'])).toBe('mnist (3)');
    expect(freeName('mnist', ['mnist (2)'])).toBe('mnist');
  });
});

describe('the same name', () => {
  it.each([
    ['Stanford Cars', 'stanford_cars'],
    ['stanford-cars', 'StanfordCars'],
    ['a - b', 'a_b'],
    ['sun397', 'SUN397'],
    ['org/sun397', 'org-sun397'],
  ])('is one that differs only in case, blanks, dashes and strokes: %s, %s', (a, b) => {
    expect(sameName(a, b)).toBe(true);
  });

  it.each([
    ['mnist', 'mnist2'],
    ['a.b', 'ab'],
    ['cars', 'car'],
  ])('is no other: %s, %s', (a, b) => {
    expect(sameName(a, b)).toBe(false);
  });
});

describe('the name that is meant', () => {
  const prefixed = ['clip-vit-base-patch32_sun397', 'clip-vit-base-patch32_stanford-cars', 'mnist'];

  it.each<[string, readonly string[], number]>([
    ['sun397', prefixed, 0],
    ['SUN397', prefixed, 0],
    ['stanford_cars', prefixed, 1],
    ['Stanford Cars', prefixed, 1],
    ['StanfordCars', prefixed, 1],
    ['mnist', prefixed, 2],
    ['cars', prefixed, 1],
    ['mnist', ['org/svhn', 'org/mnist'], 1],
  ])('is the one that is so called, or ends so: %s', (wanted, names, place) => {
    expect(namedPlace(wanted, names)).toBe(place);
  });

  it('is the very same rather than one that ends so', () => {
    expect(namedPlace('cars', ['stanford-cars', 'cars'])).toBe(1);
  });

  it.each<[string, readonly string[]]>([
    ['97', prefixed],
    ['patch32', prefixed],
    ['clip', prefixed],
    ['', prefixed],
    ['-', prefixed],
    ['cars', ['vit-b_cars', 'vit-l_cars']],
  ])('is none where only a part of a word fits, or two end so: %s', (wanted, names) => {
    expect(namedPlace(wanted, names)).toBe(-1);
  });
});
