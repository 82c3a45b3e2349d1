import { describe, expect, it } from 'vitest';
import { createHistory, type HistoryState, NO_HISTORY, patched } from './history';
import type { MergeSettings } from './types';

const model = (id: string, changes: Partial<MergeSettings['models'][number]> = {}) => ({
  id,
  included: true,
  weight: 1,
  part: null,
  ...changes,
});
const START: MergeSettings = {
  baseId: 'base',
  scalingFactor: null,
  method: { name: 'TaskArithmeticAlgorithm', options: {} },
  layers: {},
  models: [model('base'), model('a'), model('b')],
};

/** A history of settings that stand in a variable, and a clock that is set by hand. */
function setUp({ fails = false } = {}) {
  let present: MergeSettings = START;
  let state: HistoryState = NO_HISTORY;
  let time = 0;
  const applied: MergeSettings[] = [];
  const history = createHistory({
    read: () => present,
    async apply(settings) {
      await new Promise((resolve) => setImmediate(resolve));
      if (fails) throw new Error('refused');
      applied.push(settings);
      present = settings;
    },
    onChange: (next) => {
      state = next;
    },
    now: () => time,
  });
  const set = (changes: Partial<MergeSettings>) => {
    present = { ...present, ...changes };
  };
  return {
    history,
    applied,
    present: () => present,
    state: () => state,
    set,
    wait: (ms: number) => {
      time += ms;
    },
    factor(value: number) {
      history.set('scaling factor', { scalingFactor: value });
      set({ scalingFactor: value });
    },
    change: (what: string, changes: Partial<MergeSettings>) =>
      history.track(what, async () => set(changes)),
  };
}

describe('undo', () => {
  it('has a change of several settings before what was done while it was under way', async () => {
    const { history, state, factor } = setUp();
    const changing = history.change('preset', (settings) => ({
      ...settings,
      models: settings.models.map((each) => ({ ...each, weight: 0 })),
    }));
    await new Promise((resolve) => process.nextTick(resolve));
    expect(state().undo).toBe('preset');
    factor(0.5);
    await changing;
    expect(state().undo).toBe('scaling factor');
  });

  it('has no step of a change that failed', async () => {
    const { history, state } = setUp({ fails: true });
    const failing = history.change('preset', (settings) => ({ ...settings, scalingFactor: 1 }));
    await expect(failing).rejects.toThrow('refused');
    expect(state()).toEqual(NO_HISTORY);
  });

  it('takes back layer factors for themselves, and a fader is no other fader’s step', async () => {
    const { history, factor, present, state, set } = setUp();
    const fade = (layers: Record<string, number>) => {
      history.set('layer factors', { layers });
      set({ layers });
    };
    factor(0.5);
    fade({ post: 0.5 });
    fade({ post: 0 });
    factor(0.7);
    expect(state().undo).toBe('scaling factor');
    await history.undo();
    expect(state().undo).toBe('layer factors');
    await history.undo();
    expect(present()).toMatchObject({ layers: {}, scalingFactor: 0.5 });
    await history.redo();
    expect(present()).toMatchObject({ layers: { post: 0 }, scalingFactor: 0.5 });
  });

  it('takes back the last step, then those before, and redo does them again', async () => {
    const { history, change, present, state } = setUp();
    const method = { name: 'TiesMergingAlgorithm', options: { threshold: 20 } };
    await change('method', { method });
    await change('base', { baseId: 'a' });
    expect(state()).toEqual({ undo: 'base', redo: null });
    expect(await history.undo()).toBe('base');
    expect(present()).toEqual({ ...START, method });
    expect(await history.undo()).toBe('method');
    expect(present()).toEqual(START);
    expect(state()).toEqual({ undo: null, redo: 'method' });
    expect(await history.undo()).toBeNull();
    expect(await history.redo()).toBe('method');
    expect(await history.redo()).toBe('base');
    expect(present()).toEqual({ ...START, method, baseId: 'a' });
    expect(await history.redo()).toBeNull();
  });

  it('ends what could be done again with the next step', async () => {
    const { history, change, state } = setUp();
    await change('base', { baseId: 'a' });
    await history.undo();
    await change('base', { baseId: 'b' });
    expect(state()).toEqual({ undo: 'base', redo: null });
  });

  it('knows no step of a command that changed nothing, and one of a command that failed halfway', async () => {
    const { history, change, state, set } = setUp();
    await change('weight', {});
    expect(state()).toEqual(NO_HISTORY);
    const failing = history.track('recipe', async () => {
      set({ scalingFactor: 2 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(state().undo).toBe('recipe');
  });

  it('goes back to a factor that was not chosen', async () => {
    const { history, factor, present } = setUp();
    factor(0.5);
    await history.undo();
    expect(present().scalingFactor).toBeNull();
  });

  it('asked for twice at once takes back two steps', async () => {
    const { history, change, present } = setUp();
    await change('weight', { models: [model('base'), model('a', { weight: 2 }), model('b')] });
    await change('weight', {
      models: [model('base'), model('a', { weight: 2 }), model('b', { weight: 3 })],
    });
    expect(await Promise.all([history.undo(), history.undo()])).toEqual(['weight', 'weight']);
    expect(present()).toEqual(START);
  });

  it('leaves alone what came from elsewhere', async () => {
    const { history, change, present, set } = setUp();
    await change('expert', {
      models: [model('base'), model('a', { included: false }), model('b')],
    });
    set({
      scalingFactor: 1.5,
      models: [
        model('base'),
        model('a', { included: false }),
        model('b', { weight: 4 }),
        model('c'),
      ],
    });
    await history.undo();
    expect(present()).toEqual({
      ...START,
      scalingFactor: 1.5,
      models: [model('base'), model('a'), model('b', { weight: 4 }), model('c')],
    });
  });

  it('passes over a step of which nothing is left', async () => {
    const { history, change, present, set } = setUp();
    await change('base', { baseId: 'a' });
    await change('weight', { models: [model('base'), model('a'), model('b', { weight: 2 })] });
    set({ models: [model('base'), model('a')] });
    expect(await history.undo()).toBe('base');
    expect(present().baseId).toBe('base');
  });
});

describe('a drag', () => {
  it('is one step, however long it takes', async () => {
    const { history, factor, wait, present, state } = setUp();
    factor(0.3);
    history.hold();
    for (const value of [0.4, 0.5, 0.6]) {
      wait(5000);
      factor(value);
    }
    history.release();
    factor(0.7);
    expect(await history.undo()).toBe('scaling factor');
    expect(present().scalingFactor).toBe(0.6);
    await history.undo();
    expect(present().scalingFactor).toBe(0.3);
    await history.redo();
    expect(present().scalingFactor).toBe(0.6);
    expect(state().undo).toBe('scaling factor');
  });

  it('by keys is one step until there is a pause or another command', async () => {
    const { history, factor, change, wait, present } = setUp();
    for (const value of [0.1, 0.2, 0.3]) {
      factor(value);
      wait(100);
    }
    wait(1000);
    factor(0.8);
    await change('base', { baseId: 'a' });
    factor(0.9);
    await history.undo();
    expect(present()).toMatchObject({ scalingFactor: 0.8, baseId: 'a' });
    await history.undo();
    await history.undo();
    expect(present()).toMatchObject({ scalingFactor: 0.3, baseId: 'base' });
    await history.undo();
    expect(present()).toEqual(START);
  });
});

describe('a patch', () => {
  it('brings back an order, with what came since behind it', () => {
    const to = { ...START, models: [model('base'), model('b'), model('a')] };
    const present = { ...START, models: [...START.models, model('c')] };
    expect(patched(present, START, to).models.map(({ id }) => id)).toEqual(['base', 'b', 'a', 'c']);
  });
});
