import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { openLibrary } from '../../storage/library';
import { freshStoreName, makeFiles } from '../../storage/test-support';
import { addModel, removeItem } from '../../storage/testing';
import { MEASURED } from '../testing/values';
import {
  mergeFacts,
  NO_FACTS,
  nonFiniteOf,
  readFacts,
  rememberFacts,
  vectorText,
  withNonFinite,
} from './facts';

const SUM = 'ab'.repeat(32);
const partialHash = { bytesDone: 64, state: 'c3RhdGU=' };
const FACTS = { version: 1, nonFinite: {}, taskVectors: { base: MEASURED } };

describe('facts that are read', () => {
  it('are those that were written', () => {
    expect(readFacts({ ...FACTS, sha256: SUM })).toEqual({
      sha256: SUM,
      nonFinite: {},
      taskVectors: { base: MEASURED },
    });
    expect(readFacts({ ...FACTS, partialHash })).toMatchObject({ partialHash });
    expect(readFacts({ version: 1, taskVectors: {} })).toEqual({ taskVectors: {} });
    expect(readFacts({ ...FACTS, nonFinite: { weight: 3 } }).nonFinite).toEqual({ weight: 3 });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a later version', { ...FACTS, version: 2 }],
    ['a sum that is too short', { ...FACTS, sha256: 'ab' }],
    ['a sum that is no hexadecimal number', { ...FACTS, sha256: 'xy'.repeat(32) }],
    ['a count that is no number', { ...FACTS, nonFinite: { weight: '3' } }],
    ['half a byte', { ...FACTS, partialHash: { ...partialHash, bytesDone: 0.5 } }],
    ['less than nothing', { ...FACTS, partialHash: { ...partialHash, bytesDone: -1 } }],
    ['no state', { ...FACTS, partialHash: { bytesDone: 1 } }],
    ['no task vectors', { version: 1 }],
    ['half a task vector', { ...FACTS, taskVectors: { base: { relativeNorm: 1 } } }],
  ])('are forgotten where they cannot be understood: %s', (_what, stored) => {
    expect(readFacts(stored)).toEqual(NO_FACTS);
  });

  it('of before versions keep the task vector and what is broken, not the sum', () => {
    const old = {
      sha256: SUM,
      nonFinite: { weight: 1 },
      taskVector: { baseId: 'b', facts: MEASURED },
    };
    expect(readFacts(old)).toEqual({ nonFinite: { weight: 1 }, taskVectors: { b: MEASURED } });
    expect(readFacts({})).toEqual({ taskVectors: {} });
    expect(readFacts({ ...old, taskVector: { baseId: 'b' } })).toEqual(NO_FACTS);
    expect(readFacts({ ...old, taskVector: {} })).toEqual(NO_FACTS);
  });
});

describe('facts of a part', () => {
  const ema = { item: 'a', part: 'ema' };

  it('stand apart from those of the file', () => {
    const plain = mergeFacts(NO_FACTS, withNonFinite('a', { weight: 1 }));
    expect(plain).toEqual({ taskVectors: {}, nonFinite: { weight: 1 } });
    expect(nonFiniteOf(plain, ema)).toBeUndefined();
    const both = mergeFacts(plain, withNonFinite(ema, {}));
    const more = mergeFacts(both, withNonFinite({ item: 'a', part: 'x' }, { bias: 2 }));
    expect(nonFiniteOf(more, 'a')).toEqual({ weight: 1 });
    expect(nonFiniteOf(more, ema)).toEqual({});
    expect(nonFiniteOf(more, { item: 'a', part: 'x' })).toEqual({ bias: 2 });
  });

  it('say of a task vector which parts it is of', () => {
    expect(vectorText('base', 'a')).toBe('base');
    const texts = [
      vectorText('base', 'a'),
      vectorText('base', ema),
      vectorText({ item: 'base', part: 'ema' }, 'a'),
      vectorText({ item: 'base', part: 'ema' }, ema),
      vectorText({ item: 'base', part: 'x' }, 'a'),
      vectorText('base', { item: 'a', part: 'x' }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('facts together', () => {
  it('are both, and the newer where they differ', () => {
    const older = { sha256: 'old', nonFinite: { a: 1 }, taskVectors: { b: MEASURED } };
    const again = { ...MEASURED, relativeNorm: 0.9 };
    expect(mergeFacts(older, { sha256: 'new' })).toMatchObject({ ...older, sha256: 'new' });
    expect(mergeFacts(older, { sha256: undefined }).sha256).toBe('old');
    expect(mergeFacts(older, { taskVectors: { c: again } }).taskVectors).toEqual({
      b: MEASURED,
      c: again,
    });
    expect(mergeFacts(older, { taskVectors: { b: again } }).taskVectors).toEqual({ b: again });
  });

  it('let go of the way to a sum that is whole', () => {
    const halfway = { ...NO_FACTS, partialHash };
    expect(mergeFacts(halfway, {}).partialHash).toEqual(partialHash);
    expect(mergeFacts(halfway, { sha256: SUM })).toEqual({
      sha256: SUM,
      partialHash: undefined,
      taskVectors: {},
    });
    expect(mergeFacts({ ...NO_FACTS, sha256: SUM }, { partialHash }).partialHash).toBeUndefined();
  });

  it('remember the last four bases', () => {
    const vectors = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, MEASURED]));
    const older = { taskVectors: vectors('a', 'b', 'c', 'd') };
    expect(Object.keys(mergeFacts(older, {}).taskVectors)).toEqual(['a', 'b', 'c', 'd']);
    expect(Object.keys(mergeFacts(older, { taskVectors: vectors('e') }).taskVectors)).toEqual([
      'b',
      'c',
      'd',
      'e',
    ]);
  });
});

describe('the library', () => {
  it('remembers facts beside those that it has, and reads the same back', async () => {
    const library = openLibrary({ storeName: freshStoreName() });
    const files = makeFiles({ 'model.safetensors': 8 });
    const { id } = await addModel(library, { name: 'a', files, facts: {} });
    const read = async () => readFacts((await library.getItem(id))?.facts);
    await rememberFacts(library, id, { partialHash });
    expect(await read()).toEqual({ partialHash, taskVectors: {} });
    await rememberFacts(library, id, { nonFinite: { weight: 1 }, taskVectors: { b: MEASURED } });
    await rememberFacts(library, id, { nonFiniteByPart: { ema: { bias: 2 } } });
    await rememberFacts(library, id, { sha256: SUM });
    expect(await read()).toEqual({
      sha256: SUM,
      nonFinite: { weight: 1 },
      nonFiniteByPart: { ema: { bias: 2 } },
      taskVectors: { b: MEASURED },
    });
    expect(await library.getItem(id)).toMatchObject({ facts: { version: 1 } });
  });

  it('has nothing to remember of a model that is gone', async () => {
    const library = openLibrary({ storeName: freshStoreName() });
    const files = makeFiles({ 'model.safetensors': 8 });
    const { id } = await addModel(library, { name: 'a', files, facts: {} });
    await removeItem(library, id);
    await rememberFacts(library, id, { sha256: SUM });
    expect((await library.read()).items).toEqual([]);
  });
});
