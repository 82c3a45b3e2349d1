/** The engine's commands over micro models and an ONNX Runtime without ONNX: what each does, and what it says. */
import { set } from 'idb-keyval';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import { RECIPE_KEY } from '../program/recipe';
import { fakeLocks, freshStoreName, rawStore, stubNavigator } from '../storage/test-support';
import type { DroppedFile, StudioState } from './api';
import { openStudio, type TestStudio } from './testing/drops';
import { fakeOrt } from './testing/fake-ort';
import { type MicroFiles, microFiles } from './testing/micro';
import { newLibrary, storeTask } from './testing/stored';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const studios: TestStudio[] = [];
afterEach(async () => {
  for (const studio of studios.splice(0)) await studio.close();
});

async function open(storeName = freshStoreName()): Promise<TestStudio> {
  const studio = await openStudio(storeName, fakeOrt(async () => undefined).load);
  studios.push(studio);
  return studio;
}

const models = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.models[name] ?? []);
const tasks = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.tasks[name] ?? []);
const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

/** A studio with a base, two experts and a task. */
async function filled(storeName?: string): Promise<TestStudio> {
  const studio = await open(storeName);
  await studio.engine.addCheckpoints('models', models('base', 'alpha', 'beta'), 'user');
  await studio.engine.addTaskImages('tasks', tasks('alpha'), 'user');
  return studio;
}
const idOf = (studio: TestStudio, name: string) =>
  studio.state().pool.models.find((model) => model.name === name)?.id ?? '';
const VISION = { content: 'vision', dtype: 'base', zip: false } as const;

describe('a studio', () => {
  it('scores what is brought, and hashes it when that is done', async () => {
    const studio = await filled();
    const { scores } = await complete(studio);
    expect(scores.status).toBe('Scored 12 of 12 images');
    expect(scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([0.7]);
    const { pool } = await studio.until((state) =>
      state.pool.models.every(({ sha256 }) => sha256 !== undefined),
    );
    expect(pool.models.map(({ name, sha256 }) => [name, sha256])).toEqual(
      ['base', 'alpha', 'beta'].map((name) => [name, files.sums[name]]),
    );
  });

  it('says what it waits for', async () => {
    const studio = await open();
    expect(studio.state().scores.status).toContain('Add a pretrained CLIP to begin.');
    await studio.engine.addCheckpoints('1', models('base', 'alpha'), 'user');
    const { scores } = await studio.until(({ pool }) => pool.models[1]?.relativeNorm !== undefined);
    expect(scores.status).toContain('Add task images to see accuracies.');
  });

  it('computes on what could be made, and says so', async () => {
    const studio = await open();
    expect(studio.state().engine.choice).toBe('auto');
    await studio.until(({ engine }) => engine.active === 'cpu');
    await studio.engine.chooseEngine('cpu');
    expect(studio.state().engine).toMatchObject({ choice: 'cpu', active: 'cpu' });
  });

  it('is as it was left when it is opened again', async () => {
    const storeName = freshStoreName();
    const before = await filled(storeName);
    await before.engine.setScalingFactor(0.25);
    await before.engine.chooseEngine('cpu');
    const { scores } = await complete(before);
    await before.close();
    studios.length = 0;
    const after = await open(storeName);
    expect(after.state()).toMatchObject({ scalingFactor: 0.25, engine: { choice: 'cpu' } });
    expect((await complete(after)).scores.merged).toEqual(scores.merged);
  });

  it('says what an earlier visit left unfinished, and what is damaged', async () => {
    stubNavigator({ locks: fakeLocks() });
    const storeName = freshStoreName();
    const earlier = newLibrary(storeName);
    const file = { name: 'model.safetensors', blob: new Blob(['x']) };
    await earlier.stageModel({ name: 'half', files: [file], facts: {} });
    await earlier.close();
    await set(['checkpoint', 'broken'], { no: 'manifest' }, rawStore(storeName));
    const studio = await open(storeName);
    vi.unstubAllGlobals();
    expect(studio.state().remarks.slice(0, 2)).toEqual([
      {
        id: 1,
        severity: 'info',
        subject: 'half',
        message:
          'The import of half was not finished when the page was closed, and what there was of it has been removed. Add it again.',
        details: [],
      },
      {
        id: 2,
        severity: 'warning',
        subject: 'broken',
        message: 'What the library keeps of broken is damaged. Remove it and add it again.',
        details: [],
      },
    ]);
  });

  it('tells the last twenty remarks, each with a number of its own', async () => {
    const storeName = freshStoreName();
    const library = newLibrary(storeName);
    const ids: string[] = [];
    for (let n = 1; n <= 22; n++) ids.push(await storeTask(library, `task ${n}`));
    const studio = await open(storeName);
    await library.transact(() => ({ remove: ids }));
    const { remarks } = await studio.until((state) => state.tasks.length === 0);
    await library.close();
    expect(remarks.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 3));
    expect(remarks.at(-1)).toMatchObject({ message: 'task 22 was removed in another tab.' });
  });
});

describe('numbers', () => {
  it('are refused where they are none', async () => {
    const studio = await filled();
    const id = idOf(studio, 'alpha');
    await expect(studio.engine.setScalingFactor(Number.POSITIVE_INFINITY)).rejects.toThrow(
      'The scaling factor is a finite number, not Infinity.',
    );
    await expect(
      studio.engine.editPool({ type: 'setWeight', id, weight: Number.NaN }),
    ).rejects.toThrow('A weight is a finite number, not NaN.');
    expect(studio.state().scalingFactor).toBe(0.7);
  });

  it('have no minus zero: it would change the bytes, and no recipe can say it', async () => {
    const studio = await filled();
    await studio.engine.setScalingFactor(-0);
    expect(studio.state().scalingFactor).toBe(0);
    await studio.engine.editPool({ type: 'setWeight', id: idOf(studio, 'alpha'), weight: -0 });
    expect(studio.state().pool.models.map(({ weight }) => weight)).toEqual([1, 0, 1]);
    await studio.engine.setScalingFactor(-0.5);
    expect(studio.state().scalingFactor).toBe(-0.5);
  });

  it('of two models set one after the other both hold', async () => {
    const storeName = freshStoreName();
    const studio = await filled(storeName);
    const set = (name: string, weight: number) =>
      studio.engine.editPool({ type: 'setWeight', id: idOf(studio, name), weight });
    await Promise.all([set('alpha', 2), set('beta', 3), set('alpha', 4)]);
    const again = await open(storeName);
    expect(again.state().pool.models.map(({ weight }) => weight)).toEqual([1, 4, 3]);
  });
});

describe('the method', () => {
  const values = ({ method }: StudioState) =>
    Object.fromEntries(method.options.map(({ option, value }) => [option.name, value]));

  it('keeps the options that an edit does not name while it stays', async () => {
    const studio = await open();
    await studio.engine.setMethod('TiesMergingAlgorithm', { threshold: 35 });
    await studio.engine.setMethod('TiesMergingAlgorithm', { merge_func: 'mean' });
    expect(values(studio.state())).toMatchObject({ threshold: 35, merge_func: 'mean' });
    await studio.engine.setMethod('DareTiesMerging', {});
    expect(values(studio.state())).toMatchObject({ threshold: 20, merge_func: 'sum' });
  });

  it('begins with the quick solver where the defaults would take hours', async () => {
    const studio = await open();
    await studio.engine.setMethod('WUDIMerging', {});
    expect(values(studio.state())).toMatchObject({ solver: 'exact', iter_num: 400 });
    await studio.engine.setMethod('WUDIMerging', { solver: 'adam' });
    expect(values(studio.state())).toMatchObject({ solver: 'adam' });
  });

  it('is refused where it cannot be, and stays as it was', async () => {
    const studio = await open();
    await expect(studio.engine.setMethod('Nope', {})).rejects.toThrow('There is no method Nope');
    expect(studio.state().method.name).toBe('TaskArithmeticAlgorithm');
  });
});

describe('edits', () => {
  it('of pool and tasks are shown when they are answered', async () => {
    const studio = await filled();
    const id = idOf(studio, 'alpha');
    await studio.engine.editPool({ type: 'rename', id, name: 'renamed' });
    expect(studio.state().pool.models[1]?.name).toBe('renamed');
    const task = studio.state().tasks[0]?.id ?? '';
    await studio.engine.editTask({ type: 'rename', id: task, name: 'pets' });
    expect(studio.state().tasks[0]?.name).toBe('pets');
    await expect(studio.engine.editPool({ type: 'rename', id, name: ' ' })).rejects.toThrow(
      'A model needs a name',
    );
  });

  it('that are asked for at once come one after the other', async () => {
    const studio = await filled();
    const names = ['x', 'y', 'z'];
    await Promise.all(
      names.map((name) =>
        studio.engine.editPool({ type: 'rename', id: idOf(studio, 'alpha'), name }),
      ),
    );
    expect(studio.state().pool.models[1]?.name).toBe('z');
  });
});

describe('a sweep', () => {
  it('fills the curve, and ends when it is stopped', async () => {
    const studio = await filled();
    await studio.engine.sweep([0.1, 0.2]);
    const { scores } = await complete(studio);
    expect(scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([0.1, 0.2, 0.7]);
    await studio.engine.stop();
    expect(studio.state().scores.phase).not.toBe('scoring');
    expect(studio.state().scores.sweep).toBeNull();
  });
});

describe('the recipe of a merged model', () => {
  it('brings the pool to what made it', async () => {
    const studio = await filled();
    const set = (weight: number) =>
      studio.engine.editPool({ type: 'setWeight', id: idOf(studio, 'alpha'), weight });
    await set(0.5);
    await studio.engine.setScalingFactor(0.25);
    const { file } = await studio.engine.exportModel('export', VISION);
    await set(2);
    await studio.engine.setScalingFactor(1);
    await studio.engine.editPool({ type: 'rename', id: idOf(studio, 'alpha'), name: 'other' });
    const dropped = { path: 'merged.safetensors', file: new File([file], 'merged.safetensors') };
    await studio.engine.addCheckpoints('merged', [dropped], 'user');
    await studio.engine.restoreRecipe(idOf(studio, 'merged'));
    const { pool, scalingFactor } = studio.state();
    expect(scalingFactor).toBe(0.25);
    expect(pool.models.map(({ name, included, weight }) => [name, included, weight])).toEqual([
      ['base', true, 1],
      ['other', true, 0.5],
      ['beta', true, 1],
      ['merged', false, 1],
    ]);
  });

  it('is asked of a model that has one', async () => {
    const studio = await filled();
    for (const id of [idOf(studio, 'alpha'), 'gone']) {
      await expect(studio.engine.restoreRecipe(id)).rejects.toThrow(
        'This model has no recipe in its metadata.',
      );
    }
  });
});

describe('a configuration', () => {
  it('goes out and comes back', async () => {
    const studio = await filled();
    await studio.engine.setScalingFactor(0.45);
    const { name, file } = await studio.engine.exportConfiguration('fusion_bench');
    await studio.engine.setScalingFactor(1);
    await studio.engine.editPool({
      type: 'setIncluded',
      id: idOf(studio, 'beta'),
      included: false,
    });
    await studio.engine.applyConfiguration({ path: name, file: new File([file], name) });
    const { scalingFactor, pool } = studio.state();
    expect(scalingFactor).toBe(0.45);
    expect(pool.models.map(({ included }) => included)).toEqual([true, true, true]);
  });
});

describe('a download', () => {
  it('is of what was on screen when it was asked for', async () => {
    const studio = await filled();
    await studio.engine.setScalingFactor(0.25);
    const writing = studio.engine.exportModel('export', VISION);
    await studio.engine.setScalingFactor(1);
    const { name, file, download } = await writing;
    expect(name).toBe('model.safetensors');
    const { metadata } = await openSafetensors({ name, blob: file });
    expect(JSON.parse(metadata.get(RECIPE_KEY) ?? '')).toMatchObject({
      scalingFactor: 0.25,
      programVersion: 'test',
    });
    expect(studio.state().jobs.map(({ id }) => id)).not.toContain('export');
    await studio.engine.releaseDownload(download ?? '');
    await studio.engine.releaseDownload('unknown');
  });

  it('can be stopped by its job', async () => {
    const studio = await filled();
    const writing = studio.engine.exportModel('export', VISION);
    await studio.engine.cancel('export');
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    await studio.engine.cancel('unknown');
  });

  it('of the report is of the scores on screen', async () => {
    const studio = await filled();
    await expect(studio.engine.exportReport()).rejects.toThrow('There is no score to report yet');
    const { scores } = await complete(studio);
    const { file } = await studio.engine.exportReport();
    const report = JSON.parse(await file.text());
    expect(report.alpha.accuracy).toBeCloseTo(scores.merged.average?.accuracy ?? -1);
    expect(report.task_arithmetic_studio.recipe.programVersion).toBe('test');
  });
});

describe('pictures for looking at', () => {
  it('are of the task that is asked for', async () => {
    const studio = await filled();
    const id = studio.state().tasks[0]?.id ?? '';
    const samples = await studio.engine.sampleImages(id, 2);
    expect(samples.map(({ name, classname }) => [name, classname])).toEqual([
      ['left/0.png', 'left'],
      ['right/0.png', 'right'],
    ]);
    expect(await studio.engine.sampleImages('gone', 2)).toEqual([]);
  });
});

describe('the demo', () => {
  it('goes when it is hidden, and may come again when that is forgotten', async () => {
    const studio = await open();
    await studio.engine.addCheckpoints('1', models('base', 'alpha'), 'demo');
    await studio.engine.addTaskImages('2', tasks('alpha'), 'demo');
    await studio.engine.setDemoHidden(true);
    expect(studio.state()).toMatchObject({ demoHidden: true, tasks: [], pool: { models: [] } });
    await studio.engine.setDemoHidden(false);
    expect(studio.state()).toMatchObject({ demoHidden: false, pool: { models: [] } });
    await studio.engine.addCheckpoints('3', models('base'), 'demo');
    expect(studio.state().pool.models).toHaveLength(1);
  });
});

describe('another tab', () => {
  it('that chooses what computes is followed', async () => {
    const storeName = freshStoreName();
    const [one, other] = [await open(storeName), await open(storeName)];
    await other.engine.chooseEngine('cpu');
    await one.until(({ engine }) => engine.choice === 'cpu' && engine.active === 'cpu');
  });

  it('that scored the same is believed', async () => {
    const storeName = freshStoreName();
    const [one, other] = [await filled(storeName), await open(storeName)];
    const [mine, theirs] = [await complete(one), await complete(other)];
    expect(theirs.scores.merged).toEqual(mine.scores.merged);
  });
});

describe('a studio that is closed', () => {
  it('ends what is on its way, and shows nothing any more', async () => {
    const studio = await filled();
    const adding = studio.engine
      .addCheckpoints('late', models('gamma'), 'user')
      .catch((error: unknown) => error);
    studios.length = 0;
    await studio.close();
    expect(await adding).toMatchObject({ name: 'AbortError' });
    const shown = studio.state();
    await vi.waitFor(() => expect(studio.state()).toBe(shown));
  });
});
