import { describe, expect, it } from 'vitest';
import { NO_PLATFORM } from './platform';
import { createStudio } from './store';
import { aModel, aSnapshot, bareDependencies, createFakeEngine } from './testing';
import type { StudioState } from './types';

const models = [
  aModel({ id: 'base', name: '_pretrained_', role: 'base' }),
  aModel({ id: 'a', name: 'flags' }),
  aModel({ id: 'b', name: 'mnist' }),
];
const START = aSnapshot({ pool: { models, findings: [], mergeable: true }, scalingFactor: 0.3 });

/** A studio whose engine does what it is told as far as undo is about it. */
async function setUp() {
  let snapshot: StudioState = START;
  let time = 0;
  const engine = createFakeEngine(START);
  const push = (changes: Partial<StudioState['merge']>) => {
    const merge = { ...snapshot.merge, ...changes };
    const settings = new Map(merge.models.map((setting) => [setting.id, setting]));
    snapshot = {
      ...snapshot,
      merge,
      scalingFactor: merge.scalingFactor ?? 0.3,
      pool: {
        ...snapshot.pool,
        models: snapshot.pool.models.map((model) => {
          const { weight = 1, included = true } = settings.get(model.id) ?? {};
          return { ...model, weight, included };
        }),
      },
    };
    engine.push(snapshot);
  };
  engine.answer('setScalingFactor', async (scalingFactor) => push({ scalingFactor }));
  engine.answer('setMethod', async (name, options) => push({ method: { name, options } }));
  engine.answer('setMerge', async (settings) => push(settings));
  engine.answer('applyConfiguration', async () => push({ scalingFactor: 1, baseId: 'b' }));
  engine.answer('setWeights', async (weights) =>
    push({
      models: snapshot.merge.models.map((model) => ({
        ...model,
        weight: weights[model.id] ?? model.weight,
      })),
    }),
  );
  const written: number[] = [];
  const { store, commands } = createStudio({
    ...bareDependencies(engine.open),
    address: { read: () => null, write: (value) => written.push(value), wantsDemo: () => false },
    platform: { ...NO_PLATFORM, now: () => time },
  });
  await commands.start();
  return {
    engine,
    commands,
    written,
    state: store.getState,
    merge: () => snapshot.merge,
    wait: (ms: number) => {
      time += ms;
    },
  };
}

describe('undo on the page', () => {
  it('takes back method, weight and configuration, each by one command', async () => {
    const { commands, merge, state, engine } = await setUp();
    await commands.setMethod('TiesMergingAlgorithm', { threshold: 35 });
    commands.setWeight('a', 2);
    await commands.openConfiguration([{ path: 'c.yaml', file: new File([''], 'c.yaml') }]);
    expect(state().history).toEqual({ undo: 'configuration', redo: null });
    await commands.undo();
    expect(merge()).toMatchObject({ scalingFactor: 0.3, baseId: 'base' });
    await commands.undo();
    expect(state().announcement).toBe('Undone: weight of flags.');
    await commands.undo();
    expect(merge()).toEqual(START.merge);
    expect(engine.calls.filter(([name]) => name === 'setMerge')).toHaveLength(2);
    expect(engine.calls.filter(([name]) => name === 'setWeights')).toHaveLength(2);
    await commands.redo();
    expect(merge().method).toEqual({ name: 'TiesMergingAlgorithm', options: { threshold: 35 } });
    expect(state().announcement).toBe('Done again: method.');
  });

  it('takes back a fader’s drag as one, each fader’s for itself, by the way of the faders', async () => {
    const { commands, merge, state, engine, wait } = await setUp();
    commands.holdSlider(true);
    for (const weight of [0.9, 0.5, 0]) {
      commands.setWeight('a', weight);
      wait(2000);
    }
    commands.holdSlider(false);
    commands.setWeight('b', -1);
    const weights = () => merge().models.map(({ weight }) => weight);
    expect(weights()).toEqual([1, 0, -1]);
    await commands.undo();
    expect(weights()).toEqual([1, 0, 1]);
    await commands.undo();
    expect(weights()).toEqual([1, 1, 1]);
    expect(state().history).toEqual({ undo: null, redo: 'weight of flags' });
    await commands.redo();
    expect(weights()).toEqual([1, 0, 1]);
    expect(engine.calls.map(([name]) => name)).not.toContain('setMerge');
  });

  it('sets factor and weights as one, by the ways of their faders', async () => {
    const { commands, merge, state, engine, written } = await setUp();
    const models = (weight: number) => merge().models.map((model) => ({ ...model, weight }));
    await commands.changeMerge('card', (settings) => ({
      ...settings,
      scalingFactor: 1,
      models: models(0),
    }));
    expect(merge()).toMatchObject({ scalingFactor: 1, models: models(0) });
    expect(written).toEqual([1]);
    expect(state().history.undo).toBe('card');
    await commands.undo();
    expect(merge()).toEqual(START.merge);
    expect(engine.calls.map(([name]) => name)).not.toContain('setMerge');
    await commands.changeMerge('default', (settings) => ({ ...settings, scalingFactor: null }));
    expect(engine.calls.at(-1)?.[0]).toBe('setMerge');
  });

  it('takes back two changes of the same name, one right after the other', async () => {
    const { commands, merge, state } = await setUp();
    const weigh = (a: number, b: number) =>
      commands.changeMerge('weights', (settings) => ({
        ...settings,
        models: settings.models.map((model) => ({
          ...model,
          weight: { a, b }[model.id] ?? model.weight,
        })),
      }));
    await weigh(-1, 0);
    await weigh(0, -1);
    await Promise.all([commands.undo(), commands.undo()]);
    expect(merge()).toEqual(START.merge);
    expect(state().wantedWeights).toBeNull();
  });

  it('takes back a preset as one, and what it leaves out of the sum with it', async () => {
    const { commands, merge, state, engine } = await setUp();
    await commands.changeMerge('solo of mnist', (settings) => ({
      ...settings,
      models: settings.models.map((model) => ({
        ...model,
        weight: 2,
        included: model.id === 'b',
      })),
    }));
    expect(merge().models.map(({ included }) => included)).toEqual([false, false, true]);
    expect(state().history.undo).toBe('solo of mnist');
    await commands.changeMerge('nothing', (settings) => settings);
    expect(state().history.undo).toBe('solo of mnist');
    await commands.undo();
    expect(merge()).toEqual(START.merge);
    expect(engine.calls.filter(([name]) => name === 'setMerge')).toHaveLength(2);
  });

  it('takes back a drag as one, by the way of the slider, in the address too', async () => {
    const { commands, merge, state, wait, written, engine } = await setUp();
    commands.holdSlider(true);
    for (const value of [0.4, 0.5, 0.6]) {
      commands.setScalingFactor(value);
      wait(2000);
    }
    commands.holdSlider(false);
    await expect.poll(() => merge().scalingFactor).toBe(0.6);
    await commands.undo();
    await expect.poll(() => merge().scalingFactor).toBe(0.3);
    await expect.poll(() => state().wanted).toBeNull();
    expect(written.at(-1)).toBe(0.3);
    expect(engine.calls.some(([name]) => name === 'setMerge')).toBe(false);
    expect(state().history).toEqual({ undo: null, redo: 'scaling factor' });
  });

  it('says that there is nothing to undo, and notes no removal or new name', async () => {
    const { commands, state } = await setUp();
    await commands.editPool({ type: 'rename', id: 'a', name: 'x' });
    await commands.editPool({ type: 'remove', id: 'a' });
    await commands.undo();
    expect(state().announcement).toBe('There is nothing to undo.');
    await commands.redo();
    expect(state().announcement).toBe('There is nothing to do again.');
  });
});
