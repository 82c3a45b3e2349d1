import { describe, expect, it } from 'vitest';
import { byCodePoint } from './code-points';

describe('code-point order', () => {
  it('puts a supplementary character after U+FFFD, unlike UTF-16', () => {
    expect(['\u{1F600}', '�', 'a', 'B'].sort(byCodePoint)).toEqual(['B', 'a', '�', '\u{1F600}']);
  });
});
