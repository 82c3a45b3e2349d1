import { describe, expect, it } from 'vitest';
import { freeName } from './free-name';
import { sameName } from './same-name';

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
  ])('is one that differs only in case, blanks and dashes: %s, %s', (a, b) => {
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
