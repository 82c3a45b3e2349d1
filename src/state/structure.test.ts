import { describe, expect, it } from 'vitest';
import { shareStructure } from './structure';

describe('shareStructure', () => {
  it('gives back the previous object when nothing differs', () => {
    const previous = { a: [1, { b: 'x' }], c: null };
    expect(shareStructure(previous, structuredClone(previous))).toBe(previous);
  });

  it('keeps what is equal and takes what is new', () => {
    const previous = { pool: { models: [{ id: 1 }] }, scores: { done: 1 } };
    const shared = shareStructure(previous, { pool: { models: [{ id: 1 }] }, scores: { done: 2 } });
    expect(shared).toEqual({ pool: { models: [{ id: 1 }] }, scores: { done: 2 } });
    expect(shared.pool).toBe(previous.pool);
    expect(shared.scores).not.toBe(previous.scores);
  });

  it.each([
    ['a shorter array', [1, 2], [1]],
    ['a longer array', [1], [1, 2]],
    ['a key that is gone', { a: 1, b: 2 }, { a: 1 }],
    ['a key that is new', { a: 1 }, { a: 1, b: undefined }],
    ['another kind of value', { a: [1] }, { a: { 0: 1 } }],
    ['null in place of an object', { a: {} }, { a: null }],
  ])('sees %s', (_, previous, next) => {
    const shared = shareStructure<unknown>(previous, next);
    expect(shared).not.toBe(previous);
    expect(shared).toEqual(next);
  });

  it('takes NaN for equal to NaN', () => {
    const previous = { loss: Number.NaN };
    expect(shareStructure(previous, { loss: Number.NaN })).toBe(previous);
  });
});
