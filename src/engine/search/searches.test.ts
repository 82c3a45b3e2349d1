import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../program/config/program/read-program';
import { readImageSet } from '../../taskpool/images/read-image-set';
import { openDataset } from '../../taskpool/sources/open-dataset';
import { validationRows } from '../../taskpool/sources/select-rows';
import type { SearchView, StudioState } from '../api';
import { drop, fillStudio, openStudio, type TestStudio } from '../testing/drops';

async function filled(name: string): Promise<TestStudio> {
  const studio = await openStudio(name, undefined, 0);
  await fillStudio(studio);
  return studio;
}

async function halved(name: string): Promise<TestStudio> {
  const studio = await filled(name);
  await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
  return studio;
}

const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');
const outcome = async (studio: TestStudio): Promise<SearchView> => {
  const { search } = await studio.until(({ search }) => search?.outcome != null);
  if (!search) throw new Error('nothing was searched');
  return search;
};
const average = ({ scores }: StudioState) => scores.merged.average?.accuracy ?? Number.NaN;

describe('a split', () => {
  it('reports on one part, tells of the other, and is kept', async () => {
    const studio = await filled('kept-split');
    const whole = await complete(studio);
    expect(whole.tasks.map(({ split }) => split)).toEqual([null, null]);
    expect(whole.scores.merged.choosing).toBeUndefined();
    await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.2 });
    const state = await complete(studio);
    expect(state.tasks.map(({ split }) => split?.choosing)).toEqual([8, 30]);
    for (const { id, split, imageCount } of state.tasks) {
      const score = state.scores.merged.tasks[id];
      const before = whole.scores.merged.tasks[id];
      if (!score?.choosing || !before) throw new Error('no score');
      expect([score.total, score.choosing.total]).toEqual([split?.reporting, split?.choosing]);
      expect(score.total + score.choosing.total).toBe(imageCount);
      // Nothing is scored anew: the same pictures in two parts.
      expect(score.correct + score.choosing.correct).toBe(before.correct);
      expect(score.perClass.reduce((sum, { scored }) => sum + scored, 0)).toBe(score.scored);
    }
    expect(state.scores.curve[0]?.choosing?.complete).toBe(true);
    const again = await openStudio('kept-split');
    const reloaded = await complete(again);
    expect(reloaded.tasks.map(({ split }) => split)).toEqual(state.tasks.map(({ split }) => split));
    expect(reloaded.scores.merged).toEqual(state.scores.merged);
    const [first] = reloaded.tasks;
    await again.engine.editTask({ type: 'setSplit', id: first?.id ?? '', split: null });
    const half = await complete(again);
    expect(half.tasks.map(({ split }) => split?.share ?? null)).toEqual([null, 0.2]);
    expect(half.scores.merged.choosing).toBeUndefined();
  });

  it('is in the configuration, and takes the very pictures there', async () => {
    const studio = await halved('written-split');
    const state = await complete(studio);
    const { file } = await studio.engine.exportConfiguration('fusion_bench');
    const { taskpool } = readConfig(await file.text());
    if (taskpool?.target !== 'CLIPVisionModelTaskPool') throw new Error('no task pool');
    for (const { name, dataset } of taskpool.tasks) {
      const view = state.tasks.find((task) => task.name === name);
      const score = state.scores.merged.tasks[view?.id ?? ''];
      expect(dataset.validation).toEqual({
        size: { fraction: 0.5 },
        seed: view?.split?.seed,
        part: 'train',
      });
      if (!dataset.validation) throw new Error('no split');
      const files = await drop(`scoring/images/${name}`, name);
      const named = (blobs: typeof files) =>
        blobs.map(({ path, file }) => ({ name: path.slice(name.length + 1), blob: file }));
      const { rows } = await openDataset(named(files), {
        name,
        format: 'imagefolder',
        configuration: undefined,
        dataFiles: undefined,
        splits: [{ split: 'train', rows: (to) => ({ from: 0, to }) }],
      });
      // The page has a task's pictures in the order of `datasets`, however they were dropped.
      const dropped = files.toReversed().map(({ path, file: blob }) => ({ name: path, blob }));
      const { tasks } = await readImageSet(dropped);
      expect(tasks[0]?.images.map((image) => image.name)).toEqual(rows.map((row) => row.name));
      const part = validationRows(rows, dataset.validation);
      const counts = score?.perClass.map((_, label) => part.filter((row) => row.label === label));
      expect(counts?.map(({ length }) => length)).toEqual(
        score?.perClass.map(({ scored }) => scored),
      );
    }
  });
});

describe('finding the best scaling factor', () => {
  it('tries values on one half, merges with the best, and compares on the other', async () => {
    const studio = await halved('lambda');
    await complete(studio);
    await studio.engine.search('search', 'lambda');
    const search = await outcome(studio);
    expect(search.phase).toBe('found');
    expect(search.tried).toBe(search.values.length);
    expect(search.tried).toBeGreaterThanOrEqual(8);
    expect(search.tried).toBeLessThanOrEqual(12);
    const least = Math.min(...search.values.map(({ loss }) => loss));
    expect(search.values.find(({ loss }) => loss === least)?.scalingFactor).toBe(
      search.best?.scalingFactor,
    );
    const state = await complete(studio);
    expect(state.scalingFactor).toBe(search.best?.scalingFactor);
    expect(state.jobs).toEqual([]);
    const { choosing, reporting } = search.outcome ?? {};
    expect(choosing?.after.loss).toBeCloseTo(least, 12);
    expect(choosing?.before.loss).toBeCloseTo(search.values[0]?.loss ?? Number.NaN, 12);
    expect([choosing?.after.pictures, reporting?.after.pictures]).toEqual([95, 95]);
    expect(reporting?.after.accuracy).toBeCloseTo(average(state), 12);
    expect(state.scores.merged.choosing?.accuracy).toBeCloseTo(
      choosing?.after.accuracy ?? Number.NaN,
      12,
    );
    // The curve has only values that are complete: those that were tried in part are none.
    expect(state.scores.curve.length).toBeLessThan(search.tried);
    const report = JSON.parse(await (await studio.engine.exportReport()).file.text());
    expect(report.task_arithmetic_studio.search.reporting).toEqual(reporting);
    expect(report.task_arithmetic_studio.tasks.outlines.choosing.n).toBe(20);

    // Going back is a move of the slider, and leaves what was found on screen.
    await studio.engine.setScalingFactor(search.before.scalingFactor);
    expect((await complete(studio)).search).toEqual(search);
    await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.2 });
    expect(studio.state().search).toBeNull();
  });

  it('keeps the best of what it has when it is stopped, by its own button or by that of all', async () => {
    for (const stop of ['cancel', 'stop'] as const) {
      const studio = await halved(`stopped-${stop}`);
      await complete(studio);
      const searching = studio.engine.search('search', 'lambda');
      const { jobs } = await studio.until(({ search }) => (search?.tried ?? 0) >= 3);
      expect(jobs.map(({ id, label }) => [id, label])).toEqual([['search', 'Finding the best λ']]);
      if (stop === 'cancel') await studio.engine.cancel('search');
      else await studio.engine.stop();
      await searching;
      const { search, scalingFactor, scores } = studio.state();
      expect(search?.stopped).toBe(true);
      expect(search?.tried).toBeLessThan(8);
      expect(scalingFactor).toBe(search?.best?.scalingFactor);
      if (stop === 'stop') expect(scores.phase).toBe('stopped');
      else expect((await outcome(studio)).outcome).not.toBeNull();
    }
  });

  it('is over, and changes nothing, when something else is merged', async () => {
    const studio = await halved('superseded');
    await complete(studio);
    const searching = studio.engine.search('search', 'lambda');
    await studio.until(({ search }) => (search?.tried ?? 0) >= 2);
    await studio.engine.setScalingFactor(0.42);
    await searching;
    const state = await complete(studio);
    expect([state.scalingFactor, state.search]).toEqual([0.42, null]);
    expect(state.scores.status).toBe('Scored 190 of 190 images');
  });

  it('says what it lacks', async () => {
    const studio = await filled('lacking');
    await expect(studio.engine.search('search', 'lambda')).rejects.toThrow(
      'All pictures of outlines, surfaces are reported on, and none is left to choose by. Split every task first.',
    );
    await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
    await studio.engine.setMethod('SimpleAverageAlgorithm', {});
    await expect(studio.engine.search('search', 'weights')).rejects.toThrow(
      'Simple average has no scaling factor to search.',
    );
    await studio.engine.setMethod('TaskArithmeticAlgorithm', {});
    const searching = studio.engine.search('search', 'lambda');
    await expect(studio.engine.search('search', 'lambda')).rejects.toThrow('goes on already');
    await studio.engine.cancel('search');
    await searching;
    expect((await complete(studio)).scores.phase).toBe('complete');
  });
});

describe('finding weights', () => {
  it('moves the experts’ weights at the factor that stands', async () => {
    const studio = await halved('weights');
    await complete(studio);
    await studio.engine.search('search', 'weights');
    const search = await outcome(studio);
    const { pool, scalingFactor } = await complete(studio);
    const experts = pool.models.filter(({ role }) => role === 'expert');
    expect(scalingFactor).toBe(0.7);
    expect(search.experts).toEqual(experts.map(({ id, name }) => ({ id, name })));
    expect(experts.map(({ weight }) => weight)).toEqual(search.best?.weights);
    expect(search.best?.weights).not.toEqual([1, 1]);
    expect(search.tried).toBeGreaterThanOrEqual(8);
    expect(search.tried).toBeLessThanOrEqual(40);
    const { choosing } = search.outcome ?? {};
    expect(choosing?.after.loss).toBeLessThan(choosing?.before.loss ?? 0);
    // Weights change, and what was found of them stays; another factor is another search.
    await studio.engine.editPool({ type: 'setWeight', id: experts[0]?.id ?? '', weight: 1 });
    expect(studio.state().search?.phase).toBe('found');
    await studio.engine.setScalingFactor(0.3);
    expect(studio.state().search).toBeNull();
  });
});
