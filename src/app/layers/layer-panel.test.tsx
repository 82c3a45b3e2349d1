// @vitest-environment jsdom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { aSnapshot } from '../../state/testing';
import type { LayersView, StudioState } from '../../state/types';
import { draw } from '../testing';
import { LayerPanel } from './layer-panel';

const groups = {
  embeddings: 1,
  'layers.0.attention': 1,
  'layers.0.mlp': 1,
  'layers.0.norms': 1,
  'layers.1.attention': 1,
  'layers.1.mlp': 1,
  'layers.1.norms': 1,
  post: 1,
};
const having = (changes: Partial<LayersView> = {}): StudioState =>
  aSnapshot({ layers: { depth: 2, groups, own: {}, preset: 'flat', ...changes } });

const sent = (calls: readonly (readonly unknown[])[]) =>
  calls.filter(([name]) => name === 'setLayers').map(([, value]) => value);

async function drawn(first = having()) {
  const page = await draw(<LayerPanel />, first);
  const fader = (name: string) => page.find<HTMLInputElement>(`input[aria-label="${name}"]`);
  return { ...page, fader };
}

describe('the equaliser', () => {
  it('is folded away, and has a fader for every place of the tower when it is not', async () => {
    const { button, click, container } = await drawn();
    expect(container.querySelectorAll('input')).toHaveLength(0);
    const fold = button('Layer factors');
    expect(fold.getAttribute('aria-expanded')).toBe('false');
    await click(fold);
    expect(fold.getAttribute('aria-expanded')).toBe('true');
    const names = [...container.querySelectorAll('input')].map((each) =>
      each.getAttribute('aria-label'),
    );
    expect(names).toEqual(['Embeddings', 'Block 1', 'Block 2', 'Last norm']);
  });

  it('sets all tensors of a block, or one kind of them', async () => {
    const { button, click, type, fader, engine, choose } = await drawn();
    await click(button('Layer factors'));
    await type(fader('Block 2'), '0.5');
    expect(sent(engine.calls).at(-1)).toEqual({
      'layers.1.attention': 0.5,
      'layers.1.mlp': 0.5,
      'layers.1.norms': 0.5,
    });
    await choose('Faders for', 'mlp');
    await type(fader('Block 1, MLP'), '1.25');
    expect(sent(engine.calls).at(-1)).toMatchObject({
      'layers.0.mlp': 1.25,
      'layers.1.mlp': 0.5,
    });
    expect(fader('Block 2, MLP').value).toBe('0.5');
  });

  it('says a mixture as one, and what stands beyond the fader as it is', async () => {
    const mixed = { ...groups, 'layers.0.mlp': 0.25, post: 5 };
    const { button, click, fader } = await drawn(having({ groups: mixed, preset: null }));
    await click(button('Layer factors: custom'));
    expect(fader('Block 1').getAttribute('aria-valuetext')).toBe(
      '0.75, mixed: attention 1.00, MLP 0.25, norms 1.00',
    );
    expect(fader('Block 2').getAttribute('aria-valuetext')).toBe('1.00');
    expect(fader('Last norm').value).toBe('2');
    expect(fader('Last norm').getAttribute('aria-valuetext')).toBe('5.00');
  });

  it('takes presets, names the one that holds, and marks tensors with factors of their own', async () => {
    const own = { embeddings: ['embeddings.class_embedding'] };
    const { button, click, find, engine, push, fader } = await drawn(having({ own, preset: null }));
    await click(button('Layer factors: custom'));
    expect(fader('Embeddings').getAttribute('aria-valuetext')).toBe('1.00, mixed');
    const select = find<HTMLSelectElement>('select[aria-label="Preset of layer factors"]');
    expect(select.value).toBe('');
    await push(having({ preset: 'ramp' }));
    expect(select.value).toBe('ramp');
    expect(button('Layer factors: Ramp').getAttribute('aria-expanded')).toBe('true');
    select.value = 'middle';
    await act(async () => void select.dispatchEvent(new Event('change', { bubbles: true })));
    expect(sent(engine.calls)).toEqual(['middle']);
  });

  it('is not there without a base, and for methods without a scaling factor', async () => {
    const { container, push } = await drawn(having({ depth: 0, groups: {} }));
    expect(container.textContent).toBe('');
    const method = { ...aSnapshot().method, hasScalingFactor: false };
    await push({ ...having(), method });
    expect(container.textContent).toBe('');
    await push(having());
    expect(container.textContent).toBe('Layer factors');
  });
});
