import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from '../../storage/library';
import { freshStoreName } from '../../storage/test-support';
import { addImageSet, addModel } from '../../storage/testing';
import type { Library, ResultRequest } from '../../storage/types';
import { TALLY_BYTES_PER_IMAGE, type Tally } from '../../taskpool/tally';
import { count, task as handMadeTask, unit } from '../testing/scoring';
import { until } from '../testing/turns';
import { createScoreBook, type ScoreBook } from './book';
import { createKeeping } from './keeping';
import { itemOf, type SourceKey, type TaskKey, type WeightsKey } from './keys';
import type { Unit } from './plan';

let library: Library;
let pets: string;
let base: SourceKey;
let expert: SourceKey;

beforeEach(async () => {
  library = openLibrary({ storeName: freshStoreName() });
  const files = [{ name: 'x', blob: new Blob(['x']) }];
  const add = (name: string) => addModel(library, { name, files, facts: null });
  pets = (await addImageSet(library, { name: 'pets', files, facts: null })).id;
  base = { files: (await add('base')).id, openedAgainst: null };
  expert = { files: (await add('expert')).id, openedAgainst: base.files };
});

afterEach(async () => {
  vi.useRealTimers();
  await library.close();
});

const taskKey = (part: Partial<TaskKey> = {}): TaskKey => ({
  pictures: pets,
  classnames: ['a', 'b'],
  templates: ['{}'],
  donor: base,
  ...part,
});

function unitOf(weights: WeightsKey, part: Partial<TaskKey> = {}): Unit {
  const key = taskKey(part);
  return unit({ engine: 'cpu', weights, task: key }, { ...handMadeTask('pets', 6), key });
}

const merged = (scalingFactor: number, options: object = {}): Unit =>
  unitOf({
    kind: 'merged',
    combination: {
      base,
      experts: [{ source: expert, weight: 0.5 }],
      method: 'TiesMergingAlgorithm',
      options: { ...options },
    },
    scalingFactor,
  });

/** A visit to the library: its own book. */
function visit(book: ScoreBook = createScoreBook()) {
  const onLoad = vi.fn();
  return { book, onLoad, keeping: createKeeping(library, book, onLoad) };
}

const plain = (tally: Tally | undefined) => tally?.record();

async function scored(unit: Unit, right = 2, wrong = 1): Promise<void> {
  const { book, keeping } = visit();
  count(book, unit, right, wrong);
  keeping.grown(unit);
  await keeping.flush();
}

async function found(unit: Unit): Promise<Tally | undefined> {
  const { book, keeping } = visit();
  await keeping.load([pets]);
  return book.find(unit);
}

/** The record that is kept, changed. */
async function damage(unit: Unit, change: (value: Kept) => unknown): Promise<void> {
  await scored(unit);
  const results = await library.getResults(pets);
  await library.putResults(
    results.map(({ name, value }) => ({
      owner: pets,
      name,
      items: [pets],
      bytes: 1,
      reach: Number.MAX_VALUE,
      value: change(structuredClone(value) as Kept),
    })),
  );
}

interface Kept {
  format: string;
  key: Record<string, unknown>;
  tally: Record<string, unknown> & { predictions: Int32Array; losses: Float64Array };
}

describe('a score that is kept', () => {
  it.each([
    ['the pretrained model', () => unitOf({ kind: 'pretrained', base })],
    ['an expert', () => unitOf({ kind: 'expert', base, expert })],
    [
      'a merged model',
      () =>
        merged(-0.3, {
          threshold: 20.5,
          keep: true,
          merge_func: 'sum',
          weights: [1, 2],
          names: ['x'],
        }),
    ],
    [
      'a merged model with a number for every tensor, and another method inside',
      () =>
        merged(0.3, {
          weights: [
            [0.5, 1],
            [1, 0],
          ],
          base_method: { method: 'WUDIMerging', options: { iter_num: 3, exclude_keys: ['x'] } },
        }),
    ],
  ])('comes back as it was: %s', async (_, make) => {
    const unit = make();
    const { book, keeping } = visit();
    count(book, unit, 2, 1);
    book.open(unit).skip(3, 'cut off');
    keeping.grown(unit);
    await keeping.flush();
    const again = await found(unit);
    expect(plain(again)).toEqual(plain(book.find(unit)));
    expect(again).toMatchObject({ scored: 3, correct: 2, total: 5, next: 4, complete: false });
  });

  it('is of the part whose weights were scored, and of no other', async () => {
    const part = { item: itemOf(expert.files), part: 'model_ema' };
    const against = { item: itemOf(base.files), part: 'model' };
    const ofPart = unitOf({ kind: 'expert', base, expert: { ...expert, files: part } });
    const ofBase = unitOf({ kind: 'expert', base, expert: { ...expert, openedAgainst: against } });
    await scored(ofPart);
    await scored(ofBase);
    expect(await found(ofPart)).toMatchObject({ scored: 3 });
    expect(await found(ofBase)).toMatchObject({ scored: 3 });
    expect(await found(unitOf({ kind: 'expert', base, expert }))).toBeUndefined();
    await library.transact(() => ({ remove: [part.item] }));
    expect(await library.getResults(pets)).toEqual([]);
  });

  it('is of its layer factors, in a format that versions without them do not read', async () => {
    const flat = merged(0.3);
    const { weights } = flat.key;
    if (weights.kind !== 'merged') throw new Error('it is merged');
    const layered = unitOf({ ...weights, layers: { 'layers.0.mlp': 0.5 } });
    await scored(layered);
    expect(await found(flat)).toBeUndefined();
    expect(await found(layered)).toMatchObject({ scored: 3 });
    await scored(flat, 1, 0);
    expect(await found(flat)).toMatchObject({ scored: 1 });
    const kept = await library.getResults(pets);
    const formats = kept.map(({ value }) => (value as Kept).format).toSorted();
    expect(formats[1]).toBe(`${formats[0]} layers`);
    // Said to be without, it is not taken for one.
    await damage(layered, (value) => ({ ...value, format: formats[0] }));
    expect(await found(layered)).toBeUndefined();
  });

  it('is counted on where it ended', async () => {
    const unit = merged(0.3);
    await scored(unit);
    const { book, keeping } = visit();
    await keeping.load([pets]);
    count(book, unit, 3);
    keeping.grown(unit);
    await keeping.flush();
    expect(await found(unit)).toMatchObject({ complete: true, scored: 6, correct: 5 });
  });

  it('is said to be there once everything was read, also where there is nothing', async () => {
    const { keeping, onLoad } = visit();
    await keeping.load([pets, 'gone']);
    expect(onLoad).toHaveBeenCalledOnce();
  });

  it('goes with any item that it was computed from', async () => {
    await scored(merged(0.3));
    await library.transact(() => ({ remove: [itemOf(expert.files)] }));
    expect(await library.getResults(pets)).toEqual([]);
  });

  it('counts for its numbers and its key', async () => {
    const put = vi.spyOn(library, 'putResults');
    const unit = merged(0.3);
    await scored(unit);
    const [[result]] = put.mock.calls[0] as [ResultRequest[]];
    expect(result).toMatchObject({
      owner: pets,
      bytes: 6 * TALLY_BYTES_PER_IMAGE + unit.text.length,
    });
    expect(result?.items.toSorted()).toEqual([pets, base.files, expert.files].toSorted());
    expect(result?.name).toMatch(/^[0-9a-f]{64}$/);
  });

  it('stands under a name of its own', async () => {
    await scored(merged(0.3));
    await scored(merged(0.4));
    await scored(merged(0.3));
    expect(await library.getResults(pets)).toHaveLength(2);
  });
});

describe('what is kept and cannot be understood', () => {
  const unit = () => merged(0.3);
  const inTally =
    (part: object) =>
    (kept: Kept): unknown => ({ ...kept, tally: { ...kept.tally, ...part } });
  const inKey =
    (part: object) =>
    (kept: Kept): unknown => ({ ...kept, key: { ...kept.key, ...part } });

  it('is nothing else than what was written', async () => {
    await damage(unit(), (kept) => kept);
    expect(await found(unit())).toBeDefined();
  });

  it.each<[string, (kept: Kept) => unknown]>([
    ['no record', () => null],
    ['of another format', (kept) => ({ ...kept, format: `${kept.format}0` })],
    ['without a key', ({ key: _, ...kept }) => kept],
    ['without a tally', ({ tally: _, ...kept }) => kept],
    ['of an unknown engine', inKey({ engine: 'npu' })],
    ['of weights of no kind', inKey({ weights: { kind: 'other' } })],
    ['of no pictures', inKey({ task: {} })],
    ['of half a picture', inTally({ scored: 2.5 })],
    ['of less than no picture', inTally({ correct: -1 })],
    ['without losses', inTally({ losses: null })],
    ['without predictions', inTally({ predictions: new Float64Array(6) })],
    ['more right than scored', inTally({ correct: 4 })],
    ['more scored than predicted', inTally({ scored: 4 })],
    ['less scored than predicted', inTally({ scored: 2 })],
    ['more losses than predictions', inTally({ losses: new Float64Array(7) })],
    ['more ranks than predictions', inTally({ ranks: new Uint16Array(7) })],
    ['probabilities of no classes', inTally({ topProbabilities: new Float32Array(6) })],
    [
      'more classes of a picture than are kept',
      inTally({ topLabels: new Uint16Array(36), topProbabilities: new Float32Array(36) }),
    ],
    [
      'more classes of one picture than of another',
      inTally({ topLabels: new Uint16Array(13), topProbabilities: new Float32Array(13) }),
    ],
    [
      'more pictures than there are',
      inTally({
        unreadable: Array.from({ length: 4 }, (_, index) => ({ index, reason: 'cut off' })),
      }),
    ],
  ])('is passed over: %s', async (_, change) => {
    await damage(unit(), change);
    const { book, keeping, onLoad } = visit();
    const take = vi.spyOn(book, 'take');
    await keeping.load([pets]);
    expect(take).not.toHaveBeenCalled();
    expect(onLoad).toHaveBeenCalledOnce();
  });

  it.each<[string, (kept: Kept) => unknown]>([
    ['all are right', inTally({ correct: 3 })],
    ['none is right', inTally({ correct: 0 })],
    [
      'no other picture can be read',
      inTally({
        unreadable: Array.from({ length: 3 }, (_, index) => ({ index, reason: 'cut off' })),
      }),
    ],
  ])('is not one in which %s', async (_, change) => {
    await damage(unit(), change);
    expect(await found(unit())).toBeDefined();
  });

  it('takes nothing else with it', async () => {
    await damage(merged(0.1), () => 'damaged');
    await scored(merged(0.2));
    expect(await found(merged(0.2))).toBeDefined();
  });
});

describe('what has grown', () => {
  it('is written a second later, all that has grown by then in one go', async () => {
    const { book, keeping } = visit();
    const put = vi.spyOn(library, 'putResults');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const units = [merged(0.1), merged(0.2)];
    for (const unit of [...units, ...units]) {
      count(book, unit, 1);
      keeping.grown(unit);
      vi.advanceTimersByTime(300);
      expect(put).not.toHaveBeenCalled();
    }
    vi.useRealTimers();
    await until(() => expect(put).toHaveBeenCalledOnce());
    expect(put.mock.calls[0]?.[0]).toHaveLength(2);
    await put.mock.results[0]?.value;
    expect(await found(merged(0.1))).toMatchObject({ scored: 2 });
  });

  it('is written once by a flush, and waited for', async () => {
    const { book, keeping } = visit();
    const put = vi.spyOn(library, 'putResults');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const unit = merged(0.1);
    count(book, unit, 1);
    keeping.grown(unit);
    const flushed = keeping.flush();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    await flushed;
    expect(await library.getResults(pets)).toHaveLength(1);
    await keeping.flush();
    expect(put).toHaveBeenCalledOnce();
  });

  it('again after a flush is written a second later again', async () => {
    const { book, keeping } = visit();
    const put = vi.spyOn(library, 'putResults');
    count(book, merged(0.1), 1);
    keeping.grown(merged(0.1));
    await keeping.flush();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    keeping.grown(merged(0.1));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    await until(() => expect(put).toHaveBeenCalledTimes(2));
  });

  it('is written one after the other, so that an older state never comes last', async () => {
    const { book, keeping } = visit();
    const { putResults } = library;
    const held: (() => void)[] = [];
    const begun: number[] = [];
    vi.spyOn(library, 'putResults').mockImplementation(async (results) => {
      const [result] = results as readonly { value: { tally: { scored: number } } }[];
      begun.push(result?.value.tally.scored ?? 0);
      await new Promise<void>((resolve) => held.push(resolve));
      await putResults(results);
    });
    const unit = merged(0.1);
    count(book, unit, 1);
    keeping.grown(unit);
    const first = keeping.flush();
    await until(() => expect(begun).toEqual([1]));
    count(book, unit, 1);
    keeping.grown(unit);
    const second = keeping.flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(begun).toEqual([1]);
    held[0]?.();
    await first;
    await until(() => expect(begun).toEqual([1, 2]));
    held[1]?.();
    await second;
    expect(await found(unit)).toMatchObject({ scored: 2 });
  });

  it('is not written over by another tab that has not come as far', async () => {
    const unit = merged(0.3);
    const behind = visit();
    count(behind.book, unit, 1);
    await scored(unit, 2, 1);
    behind.keeping.grown(unit);
    await behind.keeping.flush();
    expect(await found(unit)).toMatchObject({ scored: 3, correct: 2 });
  });

  it('is not written where the book has forgotten it', async () => {
    const { keeping } = visit();
    const put = vi.spyOn(library, 'putResults');
    keeping.grown(merged(0.1));
    await keeping.flush();
    expect(put).not.toHaveBeenCalled();
  });
});

describe('what was looked at', () => {
  it('is touched once, by image set', async () => {
    await scored(merged(0.1));
    const [kept] = await library.getResults(pets);
    const touch = vi.spyOn(library, 'touchResults');
    const { keeping } = visit();
    const other = unitOf({ kind: 'pretrained', base }, { pictures: 'cars' });
    await keeping.used([merged(0.1), merged(0.2), other]);
    expect(touch.mock.calls).toEqual([
      [pets, [kept?.name, expect.any(String)]],
      ['cars', [expect.any(String)]],
    ]);
    await keeping.used([merged(0.1), other]);
    expect(touch).toHaveBeenCalledTimes(2);
    await keeping.used([merged(0.3)]);
    expect(touch).toHaveBeenCalledTimes(3);
  });
});

describe('a storage that fails', () => {
  const failing = () => Promise.reject(new Error('The disk is gone.'));

  it('is no matter of scoring', async () => {
    const { book, keeping, onLoad } = visit();
    vi.spyOn(library, 'getResults').mockImplementation(failing);
    vi.spyOn(library, 'touchResults').mockImplementation(failing);
    const put = vi.spyOn(library, 'putResults').mockImplementation(failing);
    await keeping.load([pets]);
    expect(onLoad).toHaveBeenCalledOnce();
    const unit = merged(0.1);
    count(book, unit, 1);
    keeping.grown(unit);
    await keeping.flush();
    await keeping.used([unit]);
    keeping.grown(unit);
    await keeping.flush();
    expect(put).toHaveBeenCalledTimes(2);
  });

  it('of one image set leaves the others to be read', async () => {
    await scored(merged(0.1));
    const { getResults } = library;
    vi.spyOn(library, 'getResults').mockImplementation((id) =>
      id === pets ? getResults(id) : failing(),
    );
    const { book, keeping } = visit();
    await keeping.load(['broken', pets]);
    expect(book.find(merged(0.1))).toBeDefined();
  });
});
