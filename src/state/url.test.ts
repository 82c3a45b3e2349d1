import { describe, expect, it } from 'vitest';
import { parseNumber, readScalingFactor, wantsDemo, writeScalingFactor } from './url';

describe('the address', () => {
  it.each([
    ['#lambda=0.7', 0.7],
    ['lambda=-1', -1],
    ['#view=x&lambda=1e-3', 0.001],
    ['#lambda=12345', 12345],
  ])('%s carries %d', (hash, value) => {
    expect(readScalingFactor(hash)).toBe(value);
  });

  it.each([
    '',
    '#',
    '#lambda',
    '#lambda=',
    '#lambda=NaN',
    '#lambda=Infinity',
    '#lambda=0,7',
    '#lambda=0x10',
    '#lambda=1e999',
    '#λ=1',
  ])('%s carries none', (hash) => {
    expect(readScalingFactor(hash)).toBeNull();
  });

  it.each([0.7, -0.30000000000000004, 0, 1e21, 5e-324])('carries %d there and back', (value) => {
    expect(readScalingFactor(writeScalingFactor('', value))).toBe(value);
  });

  it.each([
    ['', true],
    ['#lambda=1', true],
    ['#demo=off', false],
    ['#lambda=1&demo=off', false],
    ['#demo=on', true],
  ])('%s wants the demo: %s', (hash, wanted) => {
    expect(wantsDemo(hash)).toBe(wanted);
  });

  it('leaves the rest of the hash alone', () => {
    expect(writeScalingFactor('#view=plot&lambda=0.1', 0.2)).toBe('#view=plot&lambda=0.2');
  });
});

describe('parseNumber', () => {
  it.each([
    ['.5', 0.5],
    ['5.', 5],
    [' -2 ', -2],
    ['+1', 1],
    ['1E2', 100],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each(['', '-', '.', '1e', '--1', '1 2', 'half'])('refuses "%s"', (text) => {
    expect(parseNumber(text)).toBeNull();
  });
});
