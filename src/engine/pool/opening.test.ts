import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openClip } from '../../clip/open';
import { StorageError } from '../../errors';
import { removeItem } from '../../storage/testing';
import type { Library } from '../../storage/types';
import { type ModelRecord, type Records, readRecords } from '../records';
import { type MicroFiles, microFiles } from '../testing/micro';
import { newLibrary, storeModel } from '../testing/stored';
import { MEASURED } from '../testing/values';
import { filesOf } from '../value';
import { createOpenings, type Openings } from './opening';

vi.mock('../../clip/open', async (original) => {
  const { openClip } = await original<typeof import('../../clip/open')>();
  return { openClip: vi.fn(openClip) };
});

const opens = vi.mocked(openClip);
let files: MicroFiles;

beforeAll(async () => {
  files = await microFiles();
});
beforeEach(() => {
  opens.mockClear();
});

/** A library with these micro models, the first of them the base, and its openings; with `changed` in the library's place. */
async function open(names: readonly string[], changed: Partial<Library> = {}) {
  const library = newLibrary();
  const ids: Record<string, string> = {};
  for (const name of names) ids[name] = await storeModel(library, files, name);
  const { records } = readRecords(await library.read());
  const first = ids[names[0] ?? ''] ?? null;
  return {
    library,
    ids,
    records: { ...records, baseId: first },
    openings: createOpenings({ ...library, ...changed }),
  };
}

const edited = (records: Records, id: string | undefined, changes: Partial<ModelRecord>) => ({
  ...records,
  models: records.models.map((model) => (model.id === id ? { ...model, ...changes } : model)),
});
const without = (records: Records, id: string | undefined): Records => ({
  ...records,
  models: records.models.filter((model) => model.id !== id),
});

describe('models of the pool', () => {
  it('are opened, the base alone and the experts against it', async () => {
    const { openings, records, ids } = await open(['base', 'alpha']);
    await openings.open(records);
    const { baseId, models } = openings.assemble(records);
    expect(baseId).toBe(ids.base);
    expect(models.map(({ name, opened }) => [name, opened.against, opened.model?.name])).toEqual([
      ['base', null, 'base'],
      ['alpha', ids.base, 'alpha'],
    ]);
    expect(models[1]?.opened.model?.assumptions ?? []).toEqual([]);
    expect(models[0]?.bytes).toBeGreaterThan(1000);
    expect(models[0]?.opened.files.map(({ name }) => name)).toContain('config.json');
    expect(models[1]).toMatchObject({ facts: { taskVectors: {} }, unreadable: null });
    expect(opens.mock.calls.map(([name, , base]) => [name, base?.name])).toEqual([
      ['base', undefined],
      ['alpha', 'base'],
    ]);
  });

  it('are opened once, whatever is edited about them', async () => {
    const { openings, records, ids } = await open(['base', 'alpha', 'beta']);
    await openings.open(records);
    expect(opens).toHaveBeenCalledTimes(3);
    const changes = { name: 'renamed', weight: 2, included: false, order: 99 };
    const after = edited(edited(records, ids.alpha, changes), ids.base, { name: 'ground' });
    await openings.open(after);
    expect(opens).toHaveBeenCalledTimes(3);
    const { models } = openings.assemble(after);
    expect(models.map(({ name, opened }) => [name, opened.model?.name])).toEqual([
      ['ground', 'ground'],
      ['renamed', 'renamed'],
      ['beta', 'beta'],
    ]);
    expect(models[1]).toMatchObject(changes);
  });

  it('are the very same in the next assembly, so that nothing that follows is computed again', async () => {
    const { openings, records, ids } = await open(['base', 'alpha']);
    await openings.open(records);
    const after = edited(records, ids.alpha, { name: 'renamed' });
    const [before] = openings.assemble(records).models;
    const [again, renamed] = openings.assemble(after).models;
    expect(again?.opened).toBe(before?.opened);
    expect(openings.assemble(after).models[1]?.opened).toBe(renamed?.opened);
  });

  it('are opened against another base, and not again when the earlier one comes back', async () => {
    const { openings, records, ids } = await open(['base', 'second', 'alpha']);
    await openings.open(records);
    expect(opens).toHaveBeenCalledTimes(3);
    const other = { ...records, baseId: ids.second ?? null };
    await openings.open(other);
    // As the base alone, and the two others against it.
    expect(opens).toHaveBeenCalledTimes(6);
    expect(openings.assemble(other).models.map(({ opened }) => opened.against)).toEqual([
      ids.second,
      null,
      ids.second,
    ]);
    await openings.open(records);
    await openings.open(other);
    expect(opens).toHaveBeenCalledTimes(6);
    expect(openings.assemble(records).models.map(({ opened }) => opened.against)).toEqual([
      null,
      ids.base,
      ids.base,
    ]);
  });

  it('are opened without a base where there is none', async () => {
    const { openings, records } = await open(['base', 'lora']);
    const baseless = { ...records, baseId: null };
    await openings.open(baseless);
    const [full, lora] = openings.assemble(baseless).models;
    expect(full?.opened.against).toBeNull();
    expect(full?.opened.model).toBeDefined();
    expect(lora?.opened).toMatchObject({
      against: null,
      failure: expect.stringContaining('adapter'),
    });
    expect(lora?.opened.model).toBeUndefined();
    expect(lora?.opened.files).toHaveLength(2);
  });

  it('are let go of when they are listed no more', async () => {
    const { openings, records, ids } = await open(['base', 'alpha']);
    await openings.open(records);
    await openings.open(without(records, ids.alpha));
    await openings.learn(ids.alpha ?? '', { sha256: 'x' });
    expect(openings.assemble(records).models.map(({ name }) => name)).toEqual(['base']);
    await openings.open(records);
    expect(opens).toHaveBeenCalledTimes(3);
  });

  it('that were not opened yet are not shown', async () => {
    const { openings, records, ids } = await open(['base', 'alpha']);
    await openings.open(without(records, ids.alpha));
    expect(openings.assemble(records).models.map(({ name }) => name)).toEqual(['base']);
    await openings.open(records);
    const baseless = { ...records, baseId: null };
    expect(openings.assemble(baseless).models.map(({ name }) => name)).toEqual(['base']);
  });
});

describe('a file of several state dicts', () => {
  const PATCHES = 'embeddings.patch_embedding.weight';
  const weightsOf = (pool: ReturnType<Openings['assemble']>, name: string) =>
    pool.models
      .find((model) => model.name === name)
      ?.opened.model?.visionTensors.get(PATCHES)
      ?.read();

  it('gives the one that is chosen, and each is opened once', async () => {
    const { openings, records, ids } = await open(['base', 'twins']);
    const ofPart = (part: string | null) => edited(records, ids.twins, { part });
    await openings.open(records);
    const plain = openings.assemble(records);
    const averaged = ofPart('model_ema');
    await openings.open(averaged);
    expect(opens).toHaveBeenCalledTimes(3);
    const pool = openings.assemble(averaged);
    const { checkpoint } = pool.models[1]?.opened.model ?? {};
    expect(checkpoint).toMatchObject({
      found: { key: 'model_ema', others: ['model'] },
      part: 'model_ema',
    });
    expect(await weightsOf(pool, 'twins')).not.toEqual(await weightsOf(plain, 'twins'));
    for (const again of [records, averaged, records]) await openings.open(again);
    expect(opens).toHaveBeenCalledTimes(3);
    expect(openings.assemble(records).models[1]?.opened).toBe(plain.models[1]?.opened);
  });

  it('is the same model by the key that is taken unasked', async () => {
    const { openings, records, ids } = await open(['base', 'twins']);
    const named = edited(records, ids.twins, { part: 'model' });
    for (const each of [records, named]) await openings.open(each);
    const [unasked, asked] = [records, named].map((each) => openings.assemble(each).models[1]);
    if (!unasked || !asked) throw new Error('it is not shown');
    expect([filesOf(unasked), filesOf(asked)]).toEqual([ids.twins, ids.twins]);
  });

  it('is refused where it has no such part, and opens again with one that it has', async () => {
    const { openings, records, ids } = await open(['base', 'twins', 'alpha']);
    const wrong = edited(records, ids.twins, { part: 'ema' });
    await openings.open(wrong);
    expect(openings.assemble(wrong).models[1]?.opened.failure).toBe(
      'twins.pt: it has no tensors under "ema". Tensors lie under model, model_ema.',
    );
    await openings.open(records);
    expect(openings.assemble(records).models[1]?.opened.failure).toBeUndefined();
    // What begins every name of a safetensors file is a part of it, too.
    const tower = edited(records, ids.alpha, { part: 'vision_model' });
    await openings.open(tower);
    const alpha = openings.assemble(tower).models[2];
    expect(alpha && filesOf(alpha)).toEqual({ item: ids.alpha, part: 'vision_model' });
  });

  it('is another base with another part, against which the others are opened anew', async () => {
    const { openings, records, ids } = await open(['twins', 'alpha']);
    await openings.open(records);
    const averaged = edited(records, ids.twins, { part: 'model_ema' });
    await openings.open(averaged);
    expect(opens).toHaveBeenCalledTimes(4);
    expect(openings.assemble(records).models[1]?.opened.against).toBe(ids.twins);
    const { models } = openings.assemble(averaged);
    expect(models[1]?.opened.against).toEqual({ item: ids.twins, part: 'model_ema' });
    expect(opens.mock.lastCall?.[2]).toBe(models[0]?.opened.model);
  });

  it('can be damaged in one part alone', async () => {
    const { openings, records, ids } = await open(['base', 'twins']);
    const averaged = edited(records, ids.twins, { part: 'model_ema' });
    for (const each of [records, averaged]) await openings.open(each);
    const finding = { severity: 'error', message: 'The file has changed.', details: [] } as const;
    openings.setUnreadable({ item: ids.twins ?? '', part: 'model_ema' }, finding);
    expect(openings.assemble(averaged).models[1]?.unreadable).toBe(finding);
    expect(openings.assemble(records).models[1]?.unreadable).toBeNull();
  });
});

describe('models that cannot be opened', () => {
  const broken = () => Promise.reject(new StorageError('The library has lost a part of it.'));
  const failing = () => Promise.reject(new TypeError('a mistake in the program'));

  it('are listed with what is wrong with their files', async () => {
    const library = newLibrary();
    const bad = { name: 'model.safetensors', file: new File(['no'], 'model.safetensors') };
    const files = { models: { bad: [{ path: 'bad', file: bad.file }] }, tasks: {}, sums: {} };
    await storeModel(library, files, 'bad');
    const { records } = readRecords(await library.read());
    const openings = createOpenings(library);
    await openings.open(records);
    const [model] = openings.assemble(records).models;
    expect(model?.opened.failure).toContain('model.safetensors: ');
    expect(model?.bytes).toBe(2);
  });

  it('are listed where the library has lost a part of them', async () => {
    const { openings, records } = await open(['base', 'alpha'], { openModel: broken });
    await openings.open(records);
    const { models } = openings.assemble(records);
    expect(models.map(({ opened }) => [opened.failure, opened.files])).toEqual([
      ['The library has lost a part of it.', []],
      ['The library has lost a part of it.', []],
    ]);
    expect(models[0]?.bytes).toBeGreaterThan(1000);
    expect(opens).not.toHaveBeenCalled();
  });

  it('are listed where their record is damaged', async () => {
    const { openings, records, ids } = await open(['alpha'], { getItem: broken });
    await openings.open(records);
    expect(openings.assemble(records).models).toEqual([
      {
        ...records.models[0],
        bytes: 0,
        facts: { taskVectors: {} },
        unreadable: null,
        opened: { against: null, files: [], failure: 'The library has lost a part of it.' },
      },
    ]);
    expect(ids.alpha).toBe(records.models[0]?.id);
  });

  it('are not listed where they have gone meanwhile', async () => {
    const { openings, records, library, ids } = await open(['base', 'alpha']);
    await removeItem(library, ids.alpha ?? '');
    await openings.open(records);
    expect(openings.assemble(records).models.map(({ name }) => name)).toEqual(['base']);
  });

  it('are not listed where they go while they are opened', async () => {
    const { library, records, ids } = await open(['base', 'alpha']);
    const openModel = async (id: string) => {
      if (id === ids.alpha) await removeItem(library, id);
      return library.openModel(id);
    };
    const openings = createOpenings({ ...library, openModel });
    await openings.open(records);
    expect(openings.assemble(records).models.map(({ name }) => name)).toEqual(['base']);
  });

  it('because of a mistake in the program make it fail', async () => {
    for (const changed of [{ getItem: failing }, { openModel: failing }]) {
      const { openings, records } = await open(['alpha'], changed);
      await expect(openings.open(records)).rejects.toThrow('a mistake in the program');
    }
    const { openings, records } = await open(['alpha']);
    opens.mockRejectedValueOnce(new TypeError('a mistake in the program'));
    await expect(openings.open(records)).rejects.toThrow('a mistake in the program');
  });
});

describe('what is found out about a model', () => {
  it('is known at once, and in the next visit', async () => {
    const { openings, records, ids, library } = await open(['base', 'alpha']);
    await openings.open(records);
    const learning = openings.learn(ids.alpha ?? '', { nonFinite: { weight: 1 } });
    const facts = { nonFinite: { weight: 1 }, taskVectors: {} };
    expect(openings.assemble(records).models[1]?.facts).toMatchObject(facts);
    await learning;
    await openings.learn(ids.alpha ?? '', { taskVectors: { b: MEASURED } });
    const later = createOpenings(library);
    await later.open(records);
    expect(later.assemble(records).models[1]?.facts).toMatchObject({
      nonFinite: { weight: 1 },
      taskVectors: { b: MEASURED },
    });
  });

  it('is known although it could not be written', async () => {
    const setFacts = () => Promise.reject(new StorageError('There is no room.'));
    const { openings, records, ids } = await open(['alpha'], { setFacts });
    await openings.open(records);
    await openings.learn(ids.alpha ?? '', { sha256: 'x' });
    expect(openings.assemble(records).models[0]?.facts.sha256).toBe('x');
  });

  it('in another tab is read again when that is told, and joins what is known here', async () => {
    const { openings, records, ids, library } = await open(['alpha']);
    const id = ids.alpha ?? '';
    await openings.open(records);
    await openings.learn(id, { nonFinite: {} });
    await createOpenings(library).learn(id, { taskVectors: { b: MEASURED } });
    await openings.open(records);
    const facts = () => openings.assemble(records).models[0]?.facts;
    expect(facts()?.taskVectors).toEqual({});
    openings.forgetFacts(id);
    openings.forgetFacts('gone');
    await openings.open(records);
    expect(facts()).toMatchObject({ nonFinite: {}, taskVectors: { b: MEASURED } });
    expect(opens).toHaveBeenCalledTimes(1);
  });

  it('is read once, not every time', async () => {
    const library = newLibrary();
    const id = await storeModel(library, files, 'alpha');
    const getItem = vi.fn(library.getItem);
    const openings = createOpenings({ ...library, getItem });
    const { records } = readRecords(await library.read());
    await openings.open(records);
    await openings.open(records);
    expect(getItem).toHaveBeenCalledTimes(1);
    openings.forgetFacts(id);
    await openings.open(records);
    await openings.open(records);
    expect(getItem).toHaveBeenCalledTimes(2);
  });

  it('stays where the model has gone when it is to be read again', async () => {
    const { openings, records, ids, library } = await open(['alpha']);
    await openings.open(records);
    await openings.learn(ids.alpha ?? '', { nonFinite: { weight: 1 } });
    await removeItem(library, ids.alpha ?? '');
    openings.forgetFacts(ids.alpha ?? '');
    await openings.open(records);
    expect(openings.assemble(records).models[0]?.facts.nonFinite).toEqual({ weight: 1 });
  });

  it('can be that its weights cannot be read', async () => {
    const { openings, records, ids } = await open(['alpha']);
    const finding = { severity: 'error', message: 'The file has changed.', details: [] } as const;
    await openings.open(records);
    openings.setUnreadable('gone', finding);
    openings.setUnreadable(ids.alpha ?? '', finding);
    expect(openings.assemble(records).models[0]?.unreadable).toBe(finding);
  });
});
