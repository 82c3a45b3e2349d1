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
    snapshot = { ...snapshot, merge, scalingFactor: merge.scalingFactor ?? 0.3 };
    engine.push(snapshot);
  };
  engine.answer('setScalingFactor', async (scalingFactor) => push({ scalingFactor }));
  engine.answer('setMethod', async (name, options) => push({ method: { name, options } }));
  engine.answer('setMerge', async (settings) => push(settings));
  engine.answer('applyConfiguration', async () => push({ scalingFactor: 1, baseId: 'b' }));
  engine.answer('editPool', async (edit) => {
    if (edit.type !== 'setWeight') return;
    const { weight } = edit;
    const changed = snapshot.merge.models.map((model) =>
      model.id === edit.id ? { ...model, weight } : model,
    );
    push({ models: changed });
  });
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
    await commands.editPool({ type: 'setWeight', id: 'a', weight: 2 });
    await commands.openConfiguration([{ path: 'c.yaml', file: new File([''], 'c.yaml') }]);
    expect(state().history).toEqual({ undo: 'configuration', redo: null });
    await commands.undo();
    expect(merge()).toMatchObject({ scalingFactor: 0.3, baseId: 'base' });
    await commands.undo();
    expect(state().announcement).toBe('Undone: weight.');
    await commands.undo();
    expect(merge()).toEqual(START.merge);
    expect(engine.calls.filter(([name]) => name === 'setMerge')).toHaveLength(3);
    await commands.redo();
    expect(merge().method).toEqual({ name: 'TiesMergingAlgorithm', options: { threshold: 35 } });
    expect(state().announcement).toBe('Done again: method.');
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
