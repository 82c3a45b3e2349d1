/** What used to go wrong when two things happened at once, one by one; `schedules.test.ts` looks for what nobody thought of. */
import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openClip } from '../clip/open';
import { openLibrary } from '../storage/library';
import type { DroppedFile, ExportOptions, ModelView, StudioState } from './api';
import { createEngine } from './engine';
import { checkFile } from './testing/checks';
import { openStudio, type TestStudio } from './testing/drops';
import { type FakeOrt, fakeOrt } from './testing/fake-ort';
import { microFiles } from './testing/micro';

type Turn = Parameters<typeof fakeOrt>[0];

vi.mock('../clip/open', async (original) => {
  const actual = await original<typeof import('../clip/open')>();
  return { ...actual, openClip: vi.fn(actual.openClip) };
});

const files = await microFiles();
const VISION: ExportOptions = { content: 'vision', dtype: 'base', zip: false };
const open: TestStudio[] = [];

afterEach(async () => {
  for (const studio of open.splice(0)) await studio.close();
});

interface Visit extends TestStudio {
  readonly ort: FakeOrt;
}

/** A tab over the library of that name; `turn` holds the compute engine up. */
async function visit(storeName: string, turn: Turn = async () => {}): Promise<Visit> {
  const ort = fakeOrt(turn);
  const studio = await openStudio(storeName, ort.load, 0);
  open.push(studio);
  return { ...studio, ort };
}

const models = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.models[name] ?? []);
const tasks = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.tasks[name] ?? []);
const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

function model(studio: TestStudio, name: string): ModelView {
  const found = studio.state().pool.models.find((view) => view.name === name);
  if (!found) throw new Error(`${name} is not in the pool`);
  return found;
}

const names = (studio: TestStudio) => studio.state().pool.models.map(({ name }) => name);

/** A checkpoint whose last weight is no number. */
async function spoil({ path, file }: DroppedFile): Promise<DroppedFile> {
  if (!path.endsWith('.safetensors')) return { path, file };
  const bytes = new Uint8Array(await file.arrayBuffer());
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.NaN, true);
  return { path, file: new File([bytes], file.name) };
}

async function stored(storeName: string): Promise<string[]> {
  const library = openLibrary({ storeName });
  const { items } = await library.read();
  await library.close();
  return items.map(({ id }) => id).sort();
}

const listed = ({ state }: TestStudio) =>
  [...state().pool.models, ...state().tasks].map(({ id }) => id).sort();

describe('at once', () => {
  it('a base is changed and the merged model is downloaded: the file is what its recipe says', async () => {
    const studio = await visit('base-and-download');
    const { engine } = studio;
    await engine.addCheckpoints('models', models('base', 'second', 'alpha', 'lora'), 'user');
    await engine.addTaskImages('tasks', tasks('alpha'), 'user');
    await complete(studio);
    const second = model(studio, 'second').id;
    const changing = engine.editPool({ type: 'setBase', id: second });
    const early = engine.exportModel('early', VISION);
    const moving = engine.setScalingFactor(0.3);
    const during = engine.exportModel('during', VISION);
    await Promise.all([changing, moving]);
    const late = engine.exportModel('late', VISION);
    const outcomes = await Promise.allSettled([early, during, late]);
    const given = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value] : [],
    );
    expect(given.length).toBeGreaterThan(0);
    for (const { file, name } of given) await checkFile({ name, file }, files, new Map());
    await complete(studio);
    const { scores } = studio.state();
    await studio.close();
    const again = await visit('base-and-download');
    expect((await complete(again)).scores.merged).toEqual(scores.merged);
  });

  it('two tabs edit one library: nothing of either is lost, and each shows the other’s', async () => {
    const one = await visit('two-tabs');
    await one.engine.addCheckpoints('models', models('base', 'alpha'), 'user');
    const two = await visit('two-tabs');
    await Promise.all([
      one.engine.addCheckpoints('models', models('beta'), 'user'),
      two.engine.addCheckpoints('models', models('gamma'), 'user'),
      one.engine.editPool({ type: 'setWeight', id: model(one, 'alpha').id, weight: 2 }),
      two.engine.editPool({ type: 'rename', id: model(two, 'alpha').id, name: 'first' }),
    ]);
    const all = ['base', 'beta', 'first', 'gamma'];
    for (const studio of [one, two]) {
      await studio.until(({ pool }) => {
        const first = pool.models.find(({ name }) => name === 'first');
        return pool.models.length === 4 && first?.weight === 2;
      });
      expect(names(studio).toSorted()).toEqual(all);
    }
    expect(await stored('two-tabs')).toEqual(listed(one));
  });

  it('a model that another tab removes is told of by name', async () => {
    const one = await visit('removed-elsewhere');
    await one.engine.addCheckpoints('models', models('base', 'alpha'), 'user');
    const two = await visit('removed-elsewhere');
    await one.engine.editPool({ type: 'remove', id: model(one, 'alpha').id });
    const { remarks } = await two.until(({ pool }) => pool.models.length === 1);
    expect(remarks.map(({ message }) => message)).toEqual(['alpha was removed in another tab.']);
    expect(one.state().remarks).toEqual([]);
  });

  it('the user’s models come while the demo is brought in: they stand alone', async () => {
    const studio = await visit('demo-and-drop');
    // More of it than of the user's own, so that it would end later.
    const demo = [
      studio.engine.addCheckpoints('demo', models('second', 'beta', 'gamma', 'lora'), 'demo'),
      studio.engine.addTaskImages('demo', tasks('pairs', 'alpha'), 'demo'),
    ];
    const own = studio.engine.addCheckpoints('own', models('base'), 'user');
    await Promise.allSettled([...demo, own]);
    const { pool, tasks: shown } = studio.state();
    expect(pool.models.map(({ name, origin }) => `${origin} ${name}`)).toEqual(['user base']);
    expect(shown).toEqual([]);
    expect(await stored('demo-and-drop')).toEqual(listed(studio));
  });

  it('two tabs bring in the demo at a first start: there is one', async () => {
    const tabs = [await visit('two-demos'), await visit('two-demos')];
    await Promise.all(
      tabs.flatMap(({ engine }) => [
        engine.addCheckpoints('demo', models('base', 'alpha'), 'demo'),
        engine.addTaskImages('demo', tasks('alpha'), 'demo'),
      ]),
    );
    for (const studio of tabs) {
      await studio.until(({ pool, tasks: shown }) => pool.models.length > 1 && shown.length > 0);
      expect(names(studio)).toEqual(['base', 'alpha']);
      expect(studio.state().tasks.map(({ name }) => name)).toEqual(['alpha']);
      expect(await stored('two-demos')).toEqual(listed(studio));
    }
  });

  it('a configuration is opened while a drop ends: no model is left unlisted', async () => {
    const studio = await visit('configuration-and-drop');
    const { engine } = studio;
    await engine.addCheckpoints('models', models('base', 'alpha'), 'user');
    const { file } = await engine.exportConfiguration('fusion_bench');
    const yaml = new File([file], 'c.yaml');
    const added = engine.addCheckpoints('models', models('beta'), 'user');
    // Read while the drop ends.
    const slowly = Object.assign(yaml, { text: () => added.then(() => file.text()) });
    await Promise.all([added, engine.applyConfiguration({ path: 'c.yaml', file: slowly })]);
    expect(names(studio).toSorted()).toEqual(['alpha', 'base', 'beta']);
    expect(await stored('configuration-and-drop')).toEqual(listed(studio));
  });

  it('a command is answered and its effect is on the page, however slowly the page draws', async () => {
    const studio = await visit('slow-page');
    await studio.engine.addCheckpoints('models', models('base', 'alpha', 'beta'), 'user');
    await studio.engine.addTaskImages('tasks', tasks('alpha'), 'user');
    let shown = studio.state();
    await studio.engine.connect(async (state) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      shown = state;
    });
    await studio.engine.setScalingFactor(0.3);
    expect(shown.scalingFactor).toBe(0.3);
    await studio.engine.setMethod('TiesMergingAlgorithm', {});
    expect(shown.method.name).toBe('TiesMergingAlgorithm');
    await studio.engine.sweep([0, 1]);
    expect(shown.scores.sweep?.of).toBe(2);
    await studio.engine.stop();
    expect(shown.scores.phase).toBe('stopped');
    expect(shown.scores.sweep).toBeNull();
  });

  it('another engine is chosen in the middle of scoring: one more batch at most is waited for', async () => {
    let held = false;
    const runsAtLoad: number[] = [];
    const studio: Visit = await visit('choose', async (label) => {
      if (label === 'load') runsAtLoad.push(open.length > 0 ? studio.ort.pictureRuns() : 0);
      if (held) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    const { engine, ort } = studio;
    await engine.addCheckpoints('models', models('base', 'alpha', 'beta'), 'user');
    held = true;
    await engine.addTaskImages('tasks', tasks('alpha', 'pairs'), 'user');
    await engine.sweep([0, 0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 1]);
    await studio.until(({ scores }) => scores.phase === 'scoring');
    const begun = ort.pictureRuns();
    const chosen = engine.chooseEngine('cpu');
    // The slider goes on moving meanwhile.
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      void engine.setScalingFactor(0.3 + i / 1000);
    }
    await chosen;
    const [, atSecond = Number.NaN] = runsAtLoad;
    expect(atSecond - begun).toBeLessThanOrEqual(1);
    held = false;
    await complete(studio);
  });

  it('an engine is replaced and asked before it has read its library: it answers as the one before', async () => {
    const before = await visit('asked-early');
    await before.engine.addCheckpoints('models', models('base', 'alpha'), 'user');
    await before.engine.addTaskImages('tasks', tasks('alpha'), 'user');
    await before.engine.setMethod('TiesMergingAlgorithm', { threshold: 30 });
    await complete(before);
    const { id } = model(before, 'alpha');
    const [task] = before.state().tasks;
    await before.close();
    const { commands, close } = createEngine({
      library: openLibrary({ storeName: 'asked-early' }),
      version: 'test',
      snapshotInterval: 0,
      runtime: {
        loadWasm: fakeOrt(async () => {}).load,
        requestDevice: () => Promise.reject(new Error('no GPU')),
        createWebgpuEngine: () => Promise.reject(new Error('no GPU')),
      },
    });
    let state: StudioState | undefined;
    const connecting = commands.connect((next) => {
      state = next;
    });
    const [exported, configuration, , samples] = await Promise.all([
      commands.exportModel('early', VISION),
      commands.exportConfiguration('fusion_bench'),
      commands.setMethod('TiesMergingAlgorithm', { merge_func: 'mean' }),
      commands.sampleImages(task?.id ?? '', 1),
      commands.editPool({ type: 'rename', id, name: 'first' }),
      connecting,
    ]);
    await checkFile(exported, files, new Map());
    expect(await configuration.file.text()).toContain('alpha');
    expect(samples).toHaveLength(1);
    expect(state?.pool.models.map(({ name }) => name)).toEqual(['base', 'first']);
    // What was chosen before stays beside what is chosen now.
    const options = state?.method.options.map(({ option, value }) => [option.name, value]);
    expect(Object.fromEntries(options ?? [])).toMatchObject({ threshold: 30, merge_func: 'mean' });
    await close();
  });

  it('two jobs are given one id: both are listed, and each is stopped by its own', async () => {
    const studio = await visit('one-id');
    const first = studio.engine.addCheckpoints('same', models('base'), 'user');
    const second = studio.engine.addCheckpoints('same', models('alpha'), 'user');
    const third = studio.engine.addTaskImages('same', tasks('alpha'), 'user');
    const { jobs } = await studio.until(({ jobs: all }) => all.length >= 3);
    expect(jobs.map(({ id }) => id)).toEqual(['same', 'same#2', 'same#3']);
    await studio.engine.cancel('same#2');
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all([first, third]);
    expect(names(studio)).toEqual(['base']);
    expect(studio.state().tasks).toHaveLength(1);
    expect(studio.state().jobs.filter(({ id }) => id.startsWith('same'))).toEqual([]);
  });

  it('a sweep runs while a model is renamed and a task added: it goes on, and ends with what is merged', async () => {
    const studio = await visit('sweep');
    const { engine } = studio;
    await engine.addCheckpoints('models', models('base', 'alpha', 'beta'), 'user');
    await engine.addTaskImages('tasks', tasks('alpha'), 'user');
    await complete(studio);
    await engine.sweep([0, 0.25, 1]);
    await engine.editPool({ type: 'rename', id: model(studio, 'beta').id, name: 'other' });
    await engine.addTaskImages('tasks', tasks('pairs'), 'user');
    const { scores } = await studio.until(
      ({ scores: board, tasks: shown }) => shown.length === 2 && board.phase === 'complete',
    );
    expect(scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([0, 0.25, 0.7, 1]);
    await engine.sweep([-1, -2, -3]);
    await engine.editPool({ type: 'setWeight', id: model(studio, 'other').id, weight: 2 });
    expect(studio.state().scores.sweep).toBeNull();
  });

  it('the first number waits for no measuring, and a broken expert is left out once it is measured', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let waiting = 0;
    const studio = await visit('first-number', (label) => {
      if (label !== 'run') return Promise.resolve();
      waiting++;
      return released;
    });
    const { engine } = studio;
    const measuring = () => studio.state().jobs.some(({ id }) => id.startsWith('measure'));
    // What is scored comes first: with models alone they would be measured at once.
    await engine.addTaskImages('tasks', tasks('alpha'), 'user');
    const broken = await Promise.all(models('beta').map(spoil));
    await engine.addCheckpoints('models', [...models('base', 'alpha'), ...broken], 'user');
    try {
      await vi.waitUntil(() => waiting > 0);
      expect(measuring()).toBe(false);
    } finally {
      release();
    }
    const { pool } = await studio.until(
      ({ scores, pool: shown }) =>
        scores.phase === 'complete' &&
        shown.models.some(({ findings }) => findings.some(({ severity }) => severity === 'error')),
    );
    const found = pool.models.find(({ name }) => name === 'beta')?.findings ?? [];
    expect(found.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^beta has NaN or infinite weights in 1 tensors/),
    );
    expect(pool.mergeable).toBe(false);
    expect(studio.state().scores.merged.tasks).toEqual({});
  });

  it('names, weights, order and inclusion change: no model is opened again', async () => {
    const studio = await visit('opened-once');
    const { engine } = studio;
    await engine.addCheckpoints('models', models('base', 'alpha', 'beta', 'second'), 'user');
    const opened = vi.mocked(openClip);
    opened.mockClear();
    const { id } = model(studio, 'alpha');
    await engine.editPool({ type: 'rename', id, name: 'first' });
    await engine.editPool({ type: 'setWeight', id, weight: 2 });
    await engine.editPool({ type: 'move', id, index: 1 });
    await engine.editPool({ type: 'setIncluded', id, included: false });
    await engine.editPool({ type: 'remove', id: model(studio, 'beta').id });
    expect(opened).not.toHaveBeenCalled();
    const base = model(studio, 'base').id;
    await engine.editPool({ type: 'setBase', id: model(studio, 'second').id });
    // The new base, and the two others against it.
    expect(opened).toHaveBeenCalledTimes(3);
    await engine.editPool({ type: 'setBase', id: base });
    expect(opened).toHaveBeenCalledTimes(3);
  });

  it('the page is left and opened again: every score is there, and nothing is computed', async () => {
    const studio = await visit('kept');
    await studio.engine.addCheckpoints('models', models('base', 'alpha', 'beta'), 'user');
    await studio.engine.addTaskImages('tasks', tasks('alpha', 'pairs'), 'user');
    await complete(studio);
    await studio.engine.sweep([0, 1]);
    const { scores } = await studio.until(({ scores: board }) => board.curve.length === 3);
    await complete(studio);
    await studio.engine.setMethod('TiesMergingAlgorithm', {});
    await complete(studio);
    await studio.engine.setMethod('TaskArithmeticAlgorithm', {});
    expect(studio.state().scores.curve).toEqual(scores.curve);
    await complete(studio);
    await studio.close();
    const again = await visit('kept');
    const { scores: kept } = await complete(again);
    expect(kept.curve).toEqual(scores.curve);
    expect(kept.status).toBe('Scored 18 of 18 images');
    expect([kept.pretrained, kept.expert]).toEqual([scores.pretrained, scores.expert]);
    expect(again.ort.pictureRuns()).toBe(0);
  });

  it('pictures are read with progress, and stopped', async () => {
    const studio = await visit('reading');
    const shares: number[] = [];
    await studio.engine.connect((state) => {
      const [job] = state.jobs.filter(({ label }) => label === 'Reading images');
      if (!job?.progress || shares.length > 0) return;
      shares.push(job.progress);
      void studio.engine.cancel(job.id);
    });
    const many = Array.from({ length: 10 }, (_, i) =>
      tasks('alpha').map(({ path, file }) => ({
        path: path.replace('.png', `-${i}.png`),
        file,
      })),
    ).flat();
    const [outcome] = await Promise.allSettled([
      studio.engine.addTaskImages('pictures', many, 'user'),
    ]);
    // Stopped while they were read, or a moment later, while they were stored.
    const reason = outcome.status === 'rejected' ? outcome.reason.message : JSON.stringify(outcome);
    expect(reason).toMatch(/stopped/i);
    expect(shares[0]).toBeGreaterThan(0);
    expect(await stored('reading')).toEqual([]);
  });
});
