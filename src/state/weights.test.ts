import { describe, expect, it } from 'vitest';
import { isStale, statusText } from './selectors';
import { createStudio } from './store';
import { aModel, aSnapshot, bareDependencies, createFakeEngine } from './testing';
import { shownWeight } from './weights';

const flags = aModel({ id: 'a', name: 'flags' });
const models = [aModel({ id: 'base', role: 'base' }), flags, aModel({ id: 'b', name: 'mnist' })];
const snapshot = aSnapshot({ pool: { models, findings: [], mergeable: true } });
const weighed = (a: number, b = 1) => ({
  ...snapshot,
  pool: {
    ...snapshot.pool,
    models: [models[0] ?? flags, { ...flags, weight: a }, aModel({ id: 'b', weight: b })],
  },
});

async function setUp() {
  const engine = createFakeEngine(snapshot);
  const frames: (() => void)[] = [];
  const { store, commands } = createStudio({
    ...bareDependencies(engine.open),
    requestFrame: (callback) => frames.push(callback),
  });
  await commands.start();
  const frame = async () => {
    for (const callback of frames.splice(0)) callback();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const sent = () =>
    engine.calls.filter(([name]) => name === 'setWeights').map(([, given]) => given);
  return { engine, commands, state: store.getState, frame, sent };
}

describe('the weight of an expert', () => {
  it('is shown at once, sent once a frame, and stays on screen until the engine has it', async () => {
    const { engine, commands, state, frame, sent } = await setUp();
    commands.setWeight('a', 0.5);
    commands.setWeight('a', 0.25);
    commands.setWeight('b', -1);
    expect(shownWeight(state(), flags)).toBe(0.25);
    expect(isStale(state())).toBe(true);
    expect(statusText(state())).toBe('Setting the weights');
    expect(sent()).toEqual([]);
    await frame();
    expect(sent()).toEqual([{ a: 0.25, b: -1 }]);
    engine.push(weighed(0.25));
    expect(isStale(state())).toBe(true);
    engine.push(weighed(0.25, -1));
    await frame();
    expect(isStale(state())).toBe(false);
    engine.push(weighed(3, -1));
    expect(shownWeight(state(), { ...flags, weight: 3 })).toBe(3);
  });

  it('is none where there is no such expert or number', async () => {
    const { commands, state } = await setUp();
    commands.setWeight('nobody', 2);
    commands.setWeight('a', Number.NaN);
    expect(state().wantedWeights).toBeNull();
    expect(state().history.undo).toBeNull();
  });
});
