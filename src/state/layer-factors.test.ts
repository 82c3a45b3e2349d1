import { describe, expect, it } from 'vitest';
import { shownLayers } from './layer-factors';
import { statusText } from './selectors';
import { createStudio } from './store';
import { aModel, aSnapshot, bareDependencies, createFakeEngine } from './testing';
import type { LayerFactors, StudioState } from './types';

const OWN = 'encoder.layers.0.mlp.fc1.bias';
const models = [aModel({ id: 'base', role: 'base' }), aModel({ id: 'a' })];
const START = aSnapshot({ pool: { models, findings: [], mergeable: true } });

/** A snapshot of a base with one block. */
const having = (layers: LayerFactors, own = {}): StudioState => ({
  ...START,
  merge: { ...START.merge, layers },
  layers: {
    depth: 1,
    groups: {
      embeddings: layers.embeddings ?? 1,
      'layers.0.attention': layers['layers.0.attention'] ?? 1,
      'layers.0.mlp': layers['layers.0.mlp'] ?? 1,
      'layers.0.norms': layers['layers.0.norms'] ?? 1,
      post: layers.post ?? 1,
    },
    own,
    preset: null,
  },
});

async function setUp(first = having({})) {
  const engine = createFakeEngine(first);
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
  const sent = () => engine.calls.filter(([name]) => name === 'setLayers').map(([, v]) => v);
  return { engine, commands, state: store.getState, frame, sent };
}

describe('layer factors on the page', () => {
  it('are shown at once, sent once a frame, and held until the engine shows them', async () => {
    const { engine, commands, state, frame, sent } = await setUp();
    commands.setLayers({ post: 0.5 });
    commands.setLayers({ post: 0.25, 'layers.0.mlp': 0 });
    expect(shownLayers(state())).toEqual({ post: 0.25, 'layers.0.mlp': 0 });
    expect(statusText(state())).toBe('Setting the layer factors');
    expect(sent()).toEqual([]);
    await frame();
    expect(sent()).toEqual([{ post: 0.25, 'layers.0.mlp': 0 }]);
    engine.push(having({ post: 0.5 }));
    expect(shownLayers(state()).post).toBe(0.25);
    engine.push(having({ post: 0.25, 'layers.0.mlp': 0 }));
    await frame();
    expect(state().wantedLayers).toBeNull();
    engine.push(having({ post: 2 }));
    expect(shownLayers(state()).post).toBe(2);
  });

  it('change a group as a whole: no tensor of it keeps a factor of its own, and others do', async () => {
    const first = having({ [OWN]: 2, 'post_layernorm.bias': 3 }, { 'layers.0.mlp': [OWN] });
    const { commands, frame, sent } = await setUp(first);
    commands.setLayers({ 'layers.0.mlp': 0.5 });
    await frame();
    expect(sent()).toEqual([{ 'layers.0.mlp': 0.5, 'post_layernorm.bias': 3 }]);
  });

  it('are undone by the way of the fader, a drag as one', async () => {
    const { engine, commands, state, frame, sent } = await setUp();
    engine.answer('setLayers', async (layers) => {
      if (typeof layers !== 'string') engine.push(having(layers));
    });
    commands.holdSlider(true);
    for (const post of [0.9, 0.8]) {
      commands.setLayers({ post });
      await frame();
    }
    commands.holdSlider(false);
    await commands.undo();
    await frame();
    expect(sent()).toEqual([{ post: 0.9 }, { post: 0.8 }, {}]);
    expect(state().history).toEqual({ undo: null, redo: 'layer factors' });
    expect(engine.calls.some(([name]) => name === 'setMerge')).toBe(false);
  });

  it('of a preset are the engine’s, and a step as well', async () => {
    const { engine, commands, state } = await setUp();
    engine.answer('setLayers', async () => engine.push(having({ embeddings: 0 })));
    await commands.setLayerPreset('ramp');
    expect(engine.calls.at(-1)).toEqual(['setLayers', 'ramp']);
    expect(state().history.undo).toBe('layer factors');
  });
});
