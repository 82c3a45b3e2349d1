import 'fake-indexeddb/auto';
import { createStore, delMany, entries, keys, set } from 'idb-keyval';
import { describe, expect, it, vi } from 'vitest';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import { countedWasm } from '../testing/counted-wasm';
import { fillStudio, openStudio, type TestStudio } from '../testing/drops';

const TASKS = 2;

/** A visit to the studio of that name: the same name again is a reload, without the scores of before. */
async function visit(storeName: string) {
  await forgetScores(storeName);
  const wasm = countedWasm(loadWasmInNode);
  return { wasm, studio: await openStudio(storeName, wasm.load) };
}

/** Scores are kept as well, and would leave nothing to compute a head for. */
async function forgetScores(storeName: string): Promise<void> {
  const store = createStore(storeName, 'library');
  const all = await keys<IDBValidKey>(store);
  await delMany(
    all.filter((key) => Array.isArray(key) && String(key[0]).startsWith('result')),
    store,
  );
}

const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

/** A visit that has scored everything, and what it took. */
async function scoredVisit(storeName: string) {
  const { wasm, studio } = await visit(storeName);
  if (studio.state().pool.models.length === 0) await fillStudio(studio);
  const { scores } = await complete(studio);
  return { wasm, studio, scores, textRuns: wasm.textRuns() };
}

async function derived(storeName: string): Promise<[IDBValidKey, unknown][]> {
  const all = await entries<IDBValidKey, unknown>(createStore(storeName, 'library'));
  return all.filter(([key]) => Array.isArray(key) && String(key[0]).startsWith('derived'));
}

const templates = (count: number) =>
  Array.from({ length: count }, (_, n) => `a photo of {}, number ${n}`);
/** Batches of 32, of tasks with five classes. */
const batches = (count: number) => Math.ceil((5 * count) / 32);

async function setTemplates(studio: TestStudio, templates: readonly string[]): Promise<void> {
  const [task] = studio.state().tasks;
  if (!task) throw new Error('there is a task');
  const { id, classnames } = task;
  await studio.engine.editTask({ type: 'setPrompts', id, classnames, templates });
}

describe('zero-shot heads', () => {
  it('are computed in the first visit, and in the second scored with to the same numbers', async () => {
    const first = await scoredVisit('heads-kept');
    expect(first.textRuns).toBe(TASKS);
    const second = await scoredVisit('heads-kept');
    expect(second.textRuns).toBe(0);
    expect(second.scores).toEqual(first.scores);
  });

  it('are computed anew for other prompts, and found again for those of before', async () => {
    const { wasm, studio, textRuns } = await scoredVisit('heads-edited');
    const before = studio.state().tasks[0]?.templates ?? [];
    await setTemplates(studio, ['a drawing of {}']);
    await complete(studio);
    expect(wasm.textRuns()).toBe(textRuns + 1);
    await setTemplates(studio, before);
    await complete(studio);
    expect(wasm.textRuns()).toBe(textRuns + 1);
  });

  it('go with the model that they were computed by', async () => {
    const { studio } = await scoredVisit('heads-removed');
    expect(await derived('heads-removed')).toHaveLength(2 * TASKS);
    const { used } = studio.state().storage;
    for (const { id } of studio.state().pool.models) {
      await studio.engine.editPool({ type: 'remove', id });
    }
    expect(await derived('heads-removed')).toEqual([]);
    expect(studio.state().storage.used).toBeLessThan(used);
  });

  it('are computed again, and nothing is said, where the storage is full', async () => {
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      if (Array.isArray(key) && String(key[0]).startsWith('derived')) {
        throw new DOMException('Injected.', 'QuotaExceededError');
      }
      return put.call(this, value, key);
    });
    for (const textRuns of [TASKS, TASKS]) {
      const visit = await scoredVisit('heads-full');
      expect(visit.textRuns).toBe(textRuns);
      const { pool, tasks, scores } = visit.studio.state();
      expect(scores.failure).toBeNull();
      expect([...pool.findings, ...tasks.flatMap(({ findings }) => findings)]).toEqual([]);
    }
    expect(await derived('heads-full')).toEqual([]);
  });

  it('are computed again where what the browser gives back is not whole', async () => {
    const first = await scoredVisit('heads-damaged');
    const store = createStore('heads-damaged', 'library');
    const whole = await derived('heads-damaged');
    for (const [key, value] of whole) {
      if (!(value instanceof Uint8Array)) continue;
      const damaged = value.slice();
      damaged[damaged.length - 3] = (damaged.at(-3) ?? 0) ^ 1;
      await set(key, damaged, store);
    }
    const second = await scoredVisit('heads-damaged');
    expect(second.textRuns).toBe(TASKS);
    expect(second.scores).toEqual(first.scores);
    const values = (all: typeof whole) => all.map(([, value]) => value).filter(ArrayBuffer.isView);
    expect(values(await derived('heads-damaged'))).toEqual(values(whole));
  });
});

describe('a head that is being computed', () => {
  it('is gone on with when the slider moves', async () => {
    const { wasm, studio, textRuns } = await scoredVisit('heads-slider');
    const values = [0.1, 0.2, 0.3];
    wasm.onTextRun(() => {
      const value = values.shift();
      if (value !== undefined) setTimeout(() => studio.engine.setScalingFactor(value));
    });
    await setTemplates(studio, templates(30));
    const done = await studio.until(
      ({ scores, scalingFactor }) => scalingFactor === 0.3 && scores.phase === 'complete',
    );
    expect(done.scores.merged.average?.complete).toBe(true);
    expect(wasm.textRuns()).toBe(textRuns + batches(30));
  });

  it('is given up within a batch when scoring is stopped, and nothing of it is kept', async () => {
    const { wasm, studio, textRuns } = await scoredVisit('heads-stopped');
    const kept = (await derived('heads-stopped')).length;
    wasm.onTextRun(() => setTimeout(() => studio.engine.stop()));
    await setTemplates(studio, templates(30));
    await studio.until(({ scores }) => scores.phase === 'stopped');
    // Another engine is made when the old one is idle.
    await studio.engine.chooseEngine('cpu');
    expect(wasm.textRuns()).toBe(textRuns + 1);
    expect(await derived('heads-stopped')).toHaveLength(kept);
  });

  it('is given up when its task is removed', async () => {
    const { wasm, studio, textRuns } = await scoredVisit('heads-unwanted');
    const id = studio.state().tasks[0]?.id ?? '';
    wasm.onTextRun(() => setTimeout(() => studio.engine.editTask({ type: 'remove', id })));
    await setTemplates(studio, templates(400));
    await studio.until(({ tasks, scores }) => tasks.length === 1 && scores.phase === 'complete');
    // A few more may pass while the library removes the pictures.
    expect(wasm.textRuns()).toBeLessThan(textRuns + batches(400) / 2);
  });
});
