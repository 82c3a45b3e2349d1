import { describe, expect, it, vi } from 'vitest';
import { memoryCache } from '../../taskpool/heads/testing';
import { createWorkspace, type Workspace } from '../scoring/workspace';
import { fakeRuntime } from '../testing/fake-runtime';
import { openMicro } from '../testing/micro-models';
import { createTurns, until } from '../testing/turns';
import { engineValue, poolOf, taskOf } from '../testing/values';
import type { EngineValue } from '../value';
import { createTried } from './tried';
import type { TriedPicture } from './types';

const micro = await openMicro();
const { base, alpha, beta } = micro.models;
const POOL = poolOf(base, { alpha, beta });
const files = (micro.files.tasks.alpha ?? []).map(({ file }) => file);
const TASK = taskOf('alpha', {
  images: files.map((file) => ({ name: file.name, blob: file })),
  labels: files.map((_, i) => (i < files.length / 2 ? 0 : 1)),
});
const VALUE = engineValue({ pool: POOL, tasks: [TASK], chosenFactor: 0.3 });
const OF_TASK: TriedPicture = {
  name: 'left.png',
  blob: files[0] ?? new Blob(),
  classes: { kind: 'task', taskId: 'alpha' },
  expert: null,
};
const typed = (...classnames: readonly string[]): TriedPicture => ({
  ...OF_TASK,
  classes: { kind: 'typed', classnames, templates: ['a {}'] },
});

async function triedOn(first: EngineValue = VALUE) {
  const turns = createTurns();
  const fake = await fakeRuntime(turns.turn);
  const made = () => createWorkspace(fake.runtime, memoryCache());
  const around = {
    value: first,
    workspace: made() as Workspace | null,
    isBusy: false,
    awaitsNumber: false,
  };
  const onChange = vi.fn();
  const tried = createTried({
    value: () => around.value,
    kind: () => 'cpu',
    workspace: () => around.workspace,
    isBusy: () => around.isBusy,
    awaitsNumber: () => around.awaitsNumber,
    onChange,
  });
  const set = (changes: Partial<typeof around>) => {
    Object.assign(around, changes);
    tried.follow();
  };
  return {
    ...fake,
    turns,
    tried,
    around,
    set,
    onChange,
    made,
    move: (chosenFactor: number) => set({ value: { ...around.value, chosenFactor } }),
    answered: () => until(() => expect(tried.view()?.doing).toBeNull()),
  };
}

const sumOf = (top: readonly { readonly probability: number }[] | undefined) =>
  (top ?? []).reduce((sum, { probability }) => sum + probability, 0);

describe('a picture that is tried', () => {
  it('is answered by every model, once, one picture at a time', async () => {
    const { tried, answered, ort } = await triedOn();
    tried.ask(OF_TASK);
    expect(tried.view()).toMatchObject({ doing: 'Looking at the picture', problem: null });
    expect(tried.pending()).toBe(true);
    await answered();
    const view = tried.view();
    expect(view?.classnames).toEqual(['left', 'right']);
    expect(view?.expert).toBe('alpha');
    for (const model of ['pretrained', 'merged', 'expert'] as const) {
      const answer = view?.models[model];
      expect(answer?.top, model).toHaveLength(2);
      expect(sumOf(answer?.top), model).toBeCloseTo(1, 6);
      expect(answer, model).not.toHaveProperty('at');
    }
    expect(tried.pending()).toBe(false);
    expect(ort.pictureRuns()).toBe(3);
    tried.follow();
    expect(tried.pending()).toBe(false);
  });

  it('asks only the merged model again when the slider moves, and nobody when it comes back', async () => {
    const { tried, answered, move, ort } = await triedOn();
    tried.ask(OF_TASK);
    await answered();
    const before = tried.view()?.models;
    move(0.7);
    // The last answer stays, and says where it is from.
    expect(tried.view()?.models.merged).toEqual({ ...before?.merged, at: 0.3 });
    expect(tried.view()?.models.expert).toEqual(before?.expert);
    await answered();
    expect(tried.view()?.models.merged?.top).not.toEqual(before?.merged?.top);
    expect(ort.pictureRuns()).toBe(4);
    move(0.3);
    expect(tried.view()?.models).toEqual(before);
    expect(tried.view()?.doing).toBeNull();
    expect(ort.pictureRuns()).toBe(4);
  });

  it('shows no older answer for the present one, in whatever order they come', async () => {
    const { tried, turns, answered, move, ort } = await triedOn();
    tried.ask(OF_TASK);
    await answered();
    turns.hold('run');
    move(0.5);
    await until(() => expect(turns.held()).toBe(1));
    for (const factor of [0.6, 0.65, 0.7]) move(factor);
    await turns.next();
    // What was in flight is shown with its own factor until the newest is there; those between are passed over.
    await until(() => expect(tried.view()?.models.merged?.at).toBe(0.5));
    expect(tried.view()?.doing).not.toBeNull();
    turns.release();
    await answered();
    expect(tried.view()?.models.merged).not.toHaveProperty('at');
    expect(ort.pictureRuns()).toBe(5);
  });

  it('has the expert wait for the slider’s first number', async () => {
    const { tried, set, answered, around } = await triedOn();
    around.awaitsNumber = true;
    tried.ask(OF_TASK);
    await until(() => expect(tried.view()?.models.pretrained).not.toBeNull());
    await until(() => expect(tried.pending()).toBe(false));
    expect(tried.view()?.models).toMatchObject({ expert: null });
    expect(tried.view()?.doing).not.toBeNull();
    set({ awaitsNumber: false });
    await answered();
    expect(tried.view()?.models.expert?.top).toHaveLength(2);
  });

  it('waits while a search has other models in place', async () => {
    const { tried, set, answered, around, ort } = await triedOn();
    around.isBusy = true;
    tried.ask(OF_TASK);
    expect(tried.view()?.doing).toBe('Waiting for the search or the comparison to end');
    expect(tried.pending()).toBe(false);
    expect(ort.pictureRuns()).toBe(0);
    set({ isBusy: false });
    await answered();
  });

  it('has an expert that is chosen, and with typed classes none unless it is', async () => {
    const { tried, answered } = await triedOn();
    tried.ask(typed('cat', 'dog', 'fish'));
    await answered();
    expect(tried.view()).toMatchObject({ expert: null, models: { expert: null } });
    expect(tried.view()?.models.merged?.top).toHaveLength(3);
    tried.ask({ ...typed('cat', 'dog', 'fish'), expert: 'beta' });
    await answered();
    expect(tried.view()).toMatchObject({ expert: 'beta' });
    expect(tried.view()?.models.expert?.top).toHaveLength(3);
  });

  it('needs no task, and no expert', async () => {
    const alone = engineValue({ pool: poolOf(base, {}) });
    const { tried, answered, ort } = await triedOn(alone);
    tried.ask(typed('cat', 'dog'));
    await answered();
    expect(tried.view()?.models).toMatchObject({ merged: null, expert: null });
    expect(tried.view()?.models.pretrained?.top).toHaveLength(2);
    expect(ort.pictureRuns()).toBe(1);
  });

  it('drops a head that is computed for classes that were typed before', async () => {
    const { tried, turns, answered, ort } = await triedOn();
    turns.hold('run');
    tried.ask(typed('cat', 'dog'));
    await until(() => expect(turns.held()).toBe(1));
    tried.ask(typed('horse', 'cow', 'hen'));
    turns.release();
    await answered();
    expect(tried.view()?.classnames).toEqual(['horse', 'cow', 'hen']);
    // Pretrained and merged, of the newer question alone.
    expect(ort.pictureRuns()).toBe(2);
  });

  it('says which picture cannot be read, and what to do', async () => {
    const { tried, answered } = await triedOn();
    tried.ask({ ...OF_TASK, name: 'note.txt', blob: new Blob(['no picture']) });
    await answered();
    const { problem, models } = tried.view() ?? {};
    expect(problem).toMatch(/^note\.txt: This is not a picture .* Convert it to PNG\.$/);
    expect(models).toEqual({ pretrained: null, merged: null, expert: null });
    expect(tried.pending()).toBe(false);
  });

  it('says what is missing before anything can be tried', async () => {
    const { tried, set } = await triedOn(engineValue({}));
    tried.ask(typed('cat', 'dog'));
    expect(tried.view()).toMatchObject({
      problem: 'Add a pretrained CLIP to begin.',
      doing: null,
    });
    set({ value: { ...VALUE, tasks: [] } });
    expect(tried.view()?.problem).toBeNull();
    tried.ask(OF_TASK);
    expect(tried.view()?.problem).toMatch(/^This task is no longer in the task pool/);
  });

  it('tells of a model that fails, asks the others, and tries it again on another runtime', async () => {
    const { tried, turns, answered, set, made } = await triedOn();
    turns.hold('run');
    tried.ask(OF_TASK);
    // The head, and then the merged model.
    await turns.next();
    await turns.next(new Error('out of memory'));
    turns.release();
    await answered();
    const { models } = tried.view() ?? {};
    expect(models?.merged).toMatchObject({ top: [] });
    expect(models?.merged?.failure).toContain('not enough memory');
    expect(models?.pretrained?.top).toHaveLength(2);
    set({ workspace: null });
    expect(tried.view()?.doing).toBe('Starting the engine');
    set({ workspace: made() });
    await answered();
    expect(tried.view()?.models.merged).not.toHaveProperty('failure');
  });

  it('is over when it is ended, with whatever is in flight', async () => {
    const { tried, turns, ort } = await triedOn();
    turns.hold('run');
    tried.ask(OF_TASK);
    await until(() => expect(turns.held()).toBe(1));
    const closed = tried.close();
    turns.release();
    await closed;
    expect(tried.view()).toBeNull();
    expect(tried.pending()).toBe(false);
    expect(ort.pictureRuns()).toBe(0);
  });
});

describe('classes', () => {
  it.each([
    ['one name', typed('cat'), 'two class names'],
    ['a name twice', typed('cat', 'cat'), 'twice'],
    [
      'a template without a place',
      {
        ...OF_TASK,
        classes: { kind: 'typed', classnames: ['cat', 'dog'], templates: ['a'] } as const,
      },
      'needs {}',
    ],
  ])('%s cannot be told apart, and what was tried before stays', async (_, wrong, words) => {
    const { tried, answered } = await triedOn();
    tried.ask(OF_TASK);
    await answered();
    const before = tried.view();
    expect(() => tried.ask(wrong)).toThrow(words);
    expect(tried.view()).toEqual(before);
  });
});
