import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatFactor,
  formatInterval,
  formatMany,
  formatMargin,
  formatPercent,
  typeFactor,
} from './format';

describe('numbers as text', () => {
  it.each([
    [0.7574, '75.7 %'],
    [0, '0.0 %'],
    [1, '100.0 %'],
  ])('%d is %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });

  it('says an interval in short and exactly', () => {
    expect(formatMargin([0.735, 0.777])).toBe('±2.1');
    expect(formatInterval([0.735, 0.777])).toBe('95 % interval 73.5 % to 77.7 %');
  });

  it.each([
    [0.131, '+13.1'],
    [-0.021, '−2.1'],
    [0.0004, '0.0'],
    [-0.0004, '0.0'],
  ])('a change of %d is %s points', (difference, text) => {
    expect(formatChange(difference)).toBe(text);
  });

  it.each([
    [0.7, '0.70'],
    [-0.3, '−0.30'],
    [0.125, '0.125'],
    [1e21, '1e+21'],
    [0.1 + 0.2, '0.30000000000000004'],
  ])('the factor %d is %s, without loss', (value, text) => {
    expect(formatFactor(value)).toBe(text);
    expect(Number(typeFactor(value))).toBe(value);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [4_853_744, '4.9 MB'],
    [605_247_071, '605 MB'],
    [999_600, '1.0 MB'],
    [8.4e9, '8.4 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('counts one and many', () => {
    expect([formatMany(1, 'image'), formatMany(1544, 'image')]).toEqual([
      '1 image',
      '1,544 images',
    ]);
  });
});
