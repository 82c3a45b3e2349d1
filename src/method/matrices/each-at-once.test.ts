import { describe, expect, it } from 'vitest';
import { eachAtOnce } from './each-at-once';

const NEVER = new AbortController().signal;
const soon = () => new Promise((resolve) => setTimeout(resolve));

describe('several at once', () => {
  it('are begun in order, never more than so many, and all done', async () => {
    const begun: number[] = [];
    const done: number[] = [];
    let most = 0;
    await eachAtOnce([1, 2, 3, 4, 5], 2, NEVER, async (item) => {
      begun.push(item);
      most = Math.max(most, begun.length - done.length);
      await soon();
      done.push(item);
    });
    expect([begun, most, done.sort()]).toEqual([[1, 2, 3, 4, 5], 2, [1, 2, 3, 4, 5]]);
  });

  it('end with the first that fails: the others are told, waited for, and no more is begun', async () => {
    const told: string[] = [];
    const failing = eachAtOnce([1, 2, 3], 2, NEVER, async (item, wanted) => {
      told.push(`begin ${item}`);
      if (item === 1) throw new Error('no memory');
      await soon();
      told.push(`${item} is ${wanted.aborted ? 'not wanted' : 'wanted'}`);
      wanted.throwIfAborted();
    });
    await expect(failing).rejects.toThrow('no memory');
    expect(told).toEqual(['begin 1', 'begin 2', '2 is not wanted']);
  });

  it('end with the reason of whoever stops them', async () => {
    const controller = new AbortController();
    const stopped = eachAtOnce([1, 2], 1, controller.signal, async (_, wanted) => {
      controller.abort(new Error('stopped'));
      wanted.throwIfAborted();
    });
    await expect(stopped).rejects.toThrow('stopped');
  });
});
