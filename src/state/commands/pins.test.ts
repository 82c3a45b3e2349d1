import { describe, expect, it } from 'vitest';
import { createStudio } from '../store';
import { aPin, aSnapshot, bareDependencies, createFakeEngine } from '../testing';

const PIN = aPin('mine');

async function setUp(frames: 'at once' | 'never' = 'at once') {
  const engine = createFakeEngine(aSnapshot({ pins: [PIN] }));
  const { store, commands } = createStudio({
    ...bareDependencies(engine.open),
    requestFrame: (callback) => {
      if (frames === 'at once') callback();
    },
  });
  await commands.start();
  const sent = () => engine.calls.slice(1);
  return { engine, commands, sent, state: store.getState };
}

describe('a pin', () => {
  it('is of what is on screen, though the engine has not heard of it', async () => {
    const { commands, sent, engine, state } = await setUp('never');
    engine.answer('pin', async () => PIN.pin.id);
    for (const name of ['setScalingFactor', 'setLayers'] as const) {
      engine.answer(name, async () => undefined);
    }
    commands.setScalingFactor(0.4);
    commands.setLayers({ post: 0.5 });
    expect(await commands.pin()).toBe(PIN.pin.id);
    expect(sent()).toEqual([['setScalingFactor', 0.4], ['setLayers', { post: 0.5 }], ['pin']]);
    expect(state().announcement).toBe('Pinned: mine.');
  });

  it('that could not be made is null, and says why', async () => {
    const { commands, engine, state } = await setUp();
    engine.answer('pin', () => Promise.reject(new Error('There are 24 pins already.')));
    expect(await commands.pin()).toBeNull();
    expect(state().notices).toHaveLength(1);
  });

  it('is renamed, removed and put back', async () => {
    const { commands, sent, state, engine } = await setUp();
    const said: string[] = [];
    for (const command of [
      () => commands.renamePin(PIN.pin.id, 'other'),
      () => commands.removePin(PIN.pin.id),
      () => commands.putPin(PIN.pin, 0),
    ]) {
      expect(await command()).toBe(true);
      said.push(state().announcement);
    }
    expect(sent()).toEqual([
      ['editPins', { type: 'rename', id: PIN.pin.id, name: 'other' }],
      ['editPins', { type: 'remove', id: PIN.pin.id }],
      ['editPins', { type: 'put', pin: PIN.pin, index: 0 }],
    ]);
    expect(said).toEqual(['Renamed to other.', 'Removed the pin mine.', 'mine is pinned again.']);
    engine.answer('editPins', () => Promise.reject(new Error('no')));
    expect(await commands.removePin(PIN.pin.id)).toBe(false);
  });

  it('is used in one step to undo, and whatever a fader still sends is forgotten', async () => {
    const { commands, engine, state, sent } = await setUp();
    commands.setScalingFactor(0.4);
    engine.answer('applyPin', async () => {
      const { merge } = aSnapshot();
      engine.push(
        aSnapshot({ pins: [PIN], scalingFactor: 0.3, merge: { ...merge, scalingFactor: 0.3 } }),
      );
      return { missing: [] };
    });
    await commands.applyPin(PIN.pin.id);
    expect(sent().at(-1)).toEqual(['applyPin', PIN.pin.id]);
    expect(state()).toMatchObject({
      wanted: null,
      history: { undo: 'pinned merge' },
      announcement: 'Merging as mine says.',
    });
  });

  it('that lacks models changes nothing, and names them', async () => {
    const { commands, engine, state } = await setUp();
    engine.answer('applyPin', async () => ({ missing: ['cars', 'flags'] }));
    await commands.applyPin(PIN.pin.id);
    expect(state().history.undo).toBeNull();
    expect(state().announcement).toBe('mine needs what is not in this library: cars, flags.');
  });

  it('is compared; where the engine cannot, there is nothing', async () => {
    const { commands, engine } = await setUp();
    const pair = { a: PIN.pin.id, b: null };
    expect(await commands.comparePins(pair)).toEqual({ tasks: {}, average: null });
    engine.answer('comparePins', () => Promise.reject(new Error('no')));
    expect(await commands.comparePins(pair)).toBeNull();
  });
});
