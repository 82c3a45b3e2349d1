import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { StorageError } from '../errors';
import { openLibrary } from '../storage/library';
import { freshStoreName } from '../storage/test-support';
import type { Library } from '../storage/types';
import { type Records, readRecords } from './records';
import { createUnsaved } from './unsaved';

/** A library whose writes begin when they are let, and count. */
function open() {
  const library = openLibrary({ storeName: freshStoreName() });
  const waiting: { go(): void; fail(error: Error): void }[] = [];
  let writes = 0;
  const transact: Library['transact'] = async (change) => {
    writes++;
    await new Promise<void>((go, fail) => waiting.push({ go, fail }));
    return library.transact(change);
  };
  const one = () => vi.waitUntil(() => waiting.shift(), { interval: 1 });
  return {
    library,
    unsaved: createUnsaved({ ...library, transact }),
    writes: () => writes,
    /** Lets the write that waits, or the next one, begin. */
    next: async () => (await one()).go(),
    fail: async () => (await one()).fail(new StorageError('full')),
    read: async () => readRecords(await library.read()).records,
  };
}

const factor = (scalingFactor: number) => (records: Records) => ({ ...records, scalingFactor });
const choice = (records: Records): Records => ({ ...records, choice: 'cpu' });
/** Lets everything go on that waits for nothing outside. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('a number that was set', () => {
  it('is in the library when it is answered', async () => {
    const { unsaved, next, read } = open();
    const set = unsaved.set('factor', factor(0.5));
    await next();
    await set;
    expect((await read()).scalingFactor).toBe(0.5);
  });

  it('reaches the library together with what was set with it', async () => {
    const { unsaved, next, read, writes } = open();
    const edits = new Map([
      ['factor', factor(0.5)],
      ['choice', choice],
    ]);
    const set = unsaved.setAll(edits);
    await next();
    await set;
    expect(await read()).toMatchObject({ scalingFactor: 0.5, choice: 'cpu' });
    expect(writes()).toBe(1);
  });

  it('lies over records that were read before it was written', async () => {
    const { unsaved, next, read } = open();
    const lay = unsaved.beforeReading();
    const records = await read();
    const set = unsaved.set('factor', factor(0.5));
    await next();
    await set;
    expect(lay(records).scalingFactor).toBe(0.5);
  });

  it('lies over them as well when it was set before and written while they were read', async () => {
    const { unsaved, next, read } = open();
    const set = unsaved.set('factor', factor(0.5));
    const lay = unsaved.beforeReading();
    const records = await read();
    await next();
    await set;
    expect(lay(records).scalingFactor).toBe(0.5);
  });

  it('is the library’s, and perhaps another tab’s, once it was written before the reading', async () => {
    const { unsaved, next, library } = open();
    const set = unsaved.set('factor', factor(0.5));
    await next();
    await set;
    const lay = unsaved.beforeReading();
    await library.transact(() => ({ settings: { scalingFactor: { version: 1, value: 2 } } }));
    const { records } = readRecords(await library.read());
    expect(lay(records).scalingFactor).toBe(2);
    expect(unsaved.beforeReading()(records).scalingFactor).toBe(2);
  });

  it('stays when one of the same field was written before the reading', async () => {
    const { unsaved, next, read } = open();
    const first = unsaved.set('factor', factor(0.5));
    await next();
    await first;
    const lay = unsaved.beforeReading();
    const records = await read();
    void unsaved.set('factor', factor(0.75));
    expect(lay(records).scalingFactor).toBe(0.75);
  });

  it('wins over those of its field that wait to be written', async () => {
    const { unsaved, next, read, writes } = open();
    const all = [0.1, 0.2, 0.3].map((value) => unsaved.set('factor', factor(value)));
    await next();
    await next();
    await Promise.all(all);
    expect((await read()).scalingFactor).toBe(0.3);
    expect(writes()).toBe(2);
  });

  it('is not answered before it is written itself', async () => {
    const { unsaved, next, read } = open();
    const first = unsaved.set('factor', factor(0.1));
    let answered = false;
    const later = unsaved.set('factor', factor(0.2)).then(() => {
      answered = true;
    });
    await next();
    await breathe();
    expect(answered).toBe(false);
    expect((await read()).scalingFactor).toBe(0.1);
    await next();
    await Promise.all([first, later]);
    expect((await read()).scalingFactor).toBe(0.2);
  });

  it('does not disturb those of other fields, written together', async () => {
    const { unsaved, next, read, writes } = open();
    const first = unsaved.set('factor', factor(0.5));
    const second = unsaved.set('choice', choice);
    await next();
    await next();
    await Promise.all([first, second]);
    expect(await read()).toMatchObject({ scalingFactor: 0.5, choice: 'cpu' });
    expect(writes()).toBe(2);
  });

  it('keeps holding where it could not be written, and is written with the next', async () => {
    const { unsaved, next, fail, read } = open();
    const set = unsaved.set('factor', factor(0.5));
    await fail();
    await expect(set).rejects.toThrow('full');
    expect(unsaved.beforeReading()(await read()).scalingFactor).toBe(0.5);
    expect((await read()).scalingFactor).toBeNull();
    const other = unsaved.set('choice', choice);
    await next();
    await other;
    expect(await read()).toMatchObject({ scalingFactor: 0.5, choice: 'cpu' });
  });
});

describe('waiting for what was set', () => {
  it('ends when it is in the library', async () => {
    const { unsaved, next, read } = open();
    void unsaved.set('factor', factor(0.5));
    let settled = false;
    const waiting = unsaved.settled().then(() => {
      settled = true;
    });
    await breathe();
    expect(settled).toBe(false);
    await next();
    await waiting;
    expect((await read()).scalingFactor).toBe(0.5);
  });

  it('ends as well where nothing was set, or nothing could be written', async () => {
    const { unsaved, fail } = open();
    await unsaved.settled();
    const set = unsaved.set('factor', factor(0.5)).catch(() => undefined);
    const waiting = unsaved.settled();
    await fail();
    await expect(waiting).resolves.toBeUndefined();
    await set;
  });
});
