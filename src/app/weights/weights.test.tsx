// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aModel, aScore, aSnapshot, aTask, emptyBoard } from '../../state/testing';
import type { StudioState } from '../../state/types';
import { ModelPool } from '../model-pool/model-pool';
import { Formula } from '../scaling/formula';
import { type Drawn, draw } from '../testing';

const names = ['chess', 'fashion', 'flags'];
const experts = (weights: readonly number[] = [], norms: readonly number[] = []) =>
  names.map((name, i) =>
    aModel({
      id: name,
      name,
      weight: weights[i] ?? 1,
      ...(norms[i] !== undefined && { relativeNorm: norms[i] }),
    }),
  );
const base = aModel({ id: 'base', name: '_pretrained_', role: 'base' });
const having = (models = experts(), more: Partial<StudioState> = {}) =>
  aSnapshot({ pool: { models: [base, ...models], findings: [], mergeable: true }, ...more });

const fader = ({ find }: Drawn, name: string) =>
  find<HTMLInputElement>(`[aria-label="Weight fader of ${name}"]`);
const weights = ({ engine }: Drawn) =>
  engine.calls.filter(([name]) => name === 'setWeights').map(([, given]) => given);
const merged = ({ engine }: Drawn) => {
  const [, settings] = engine.calls.findLast(([name]) => name === 'setMerge') ?? [];
  return (settings as StudioState['merge'] | undefined)?.models.map(
    ({ id, included, weight }) => [id, included, weight] as const,
  );
};
const choose = (drawn: Drawn, label: string, value: string) =>
  drawn.run(() => {
    const select = drawn.find<HTMLSelectElement>(`[aria-label="${label}"]`);
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });

describe('the weight of an expert', () => {
  it('is set by its fader as it moves, and is 1 again by a double click', async () => {
    const drawn = await draw(<ModelPool />, having(experts([0.5])));
    const chess = fader(drawn, 'chess');
    expect(chess.getAttribute('aria-valuetext')).toBe('0.50');
    await drawn.type(chess, '0.25');
    expect(weights(drawn)).toEqual([{ chess: 0.25 }]);
    await drawn.run(() => chess.dispatchEvent(new MouseEvent('dblclick', { bubbles: true })));
    expect(weights(drawn).at(-1)).toEqual({ chess: 1 });
  });

  it('is typed, and sent when the field is left, beyond the fader’s ends too', async () => {
    const drawn = await draw(<ModelPool />, having());
    const field = drawn.find<HTMLInputElement>('[aria-label="Weight of fashion"]');
    await drawn.type(field, '3.5');
    expect(weights(drawn)).toEqual([]);
    await drawn.leave(field);
    expect(weights(drawn)).toEqual([{ fashion: 3.5 }]);
    expect(fader(drawn, 'fashion').value).toBe('2');
  });

  it('is negated, and muted without being lost', async () => {
    const drawn = await draw(<ModelPool />, having(experts([0.5])));
    await drawn.click(drawn.button('Negate chess'));
    expect(weights(drawn)).toEqual([{ chess: -0.5 }]);
    await drawn.click(drawn.button('Mute flags'));
    expect(drawn.engine.calls.at(-1)).toEqual([
      'editPool',
      { type: 'setIncluded', id: 'flags', included: false },
    ]);
  });

  it('stands alone by solo', async () => {
    const drawn = await draw(<ModelPool />, having());
    const solo = drawn.button('Solo flags');
    expect(solo.getAttribute('aria-pressed')).toBe('false');
    await drawn.click(solo);
    expect(merged(drawn)).toEqual([
      ['base', true, 1],
      ['chess', false, 1],
      ['fashion', false, 1],
      ['flags', true, 1],
    ]);
  });

  it('is of no use to an average, which says so', async () => {
    const snapshot = having();
    const method = {
      ...snapshot.method,
      name: 'WeightedAverageAlgorithm',
      title: 'Weighted average',
      hasScalingFactor: false,
      options: [
        {
          option: {
            name: 'weights',
            kind: 'number list',
            perExpert: true,
            default: [0.5, 0.5],
            description: '',
          },
          value: [0.5, 0.5],
        } as const,
      ],
    };
    const drawn = await draw(<ModelPool />, { ...snapshot, method });
    expect(fader(drawn, 'chess').disabled).toBe(true);
    expect(drawn.button('Negate chess').disabled).toBe(true);
    expect(drawn.button('Mute chess').disabled).toBe(false);
    expect(drawn.find('.weights-note').textContent).toBe(
      'Weighted average takes no weights of task vectors. Its own are among its options.',
    );
  });
});

describe('the presets of weights', () => {
  it('are named by the weights that there are', async () => {
    const drawn = await draw(<ModelPool />, having(experts([0, 0, -1])));
    const preset = () => drawn.find<HTMLSelectElement>('[aria-label="Preset of weights"]').value;
    expect(preset()).toBe('forget');
    await drawn.push(having(experts([0, 0.5, -1])));
    expect(preset()).toBe('');
    await drawn.push(having());
    expect(preset()).toBe('all');
  });

  it('set the weights, and let the parts be chosen', async () => {
    const drawn = await draw(<ModelPool />, having());
    await choose(drawn, 'Preset of weights', 'forget');
    expect(weights(drawn)).toEqual([{ chess: -1, fashion: 0, flags: 0 }]);
    await choose(drawn, 'Expert that is forgotten', 'flags');
    expect(weights(drawn).at(-1)).toMatchObject({ chess: 0, flags: -1 });
    await choose(drawn, 'Preset of weights', 'analogy');
    expect(weights(drawn).at(-1)).toMatchObject({ chess: -1, fashion: 1, flags: 1 });
    await choose(drawn, 'A of the analogy', 'flags');
    expect(weights(drawn).at(-1)).toMatchObject({ chess: 1, flags: -1 });
    expect(drawn.studio.store.getState().history.undo).toBe('weights: analogy');
  });

  it('make norms equal once they are known', async () => {
    const drawn = await draw(<ModelPool />, having());
    const option = () =>
      drawn.find<HTMLOptionElement>('[aria-label="Preset of weights"] option[value="norms"]');
    expect(option().disabled).toBe(true);
    await drawn.push(having(experts([], [0.1, 0.2, 0.3])));
    expect(option().disabled).toBe(false);
    await choose(drawn, 'Preset of weights', 'norms');
    expect(weights(drawn)).toEqual([{ chess: 2, flags: 0.6667 }]);
  });

  it('say beside what is forgotten what the other tasks do', async () => {
    const tasks = names.map((name) => aTask({ id: name, name, expert: name }));
    const change = (accuracy: number) => ({ accuracy, pictures: 100, complete: true });
    const scores = {
      ...emptyBoard,
      phase: 'complete' as const,
      merged: {
        tasks: Object.fromEntries(names.map((name) => [name, aScore(name, 50, 100)])),
        average: null,
      },
      change: {
        tasks: { chess: change(-0.01), fashion: change(0.03), flags: change(-0.291) },
        average: null,
      },
    };
    const drawn = await draw(<ModelPool />, having(experts([0, 0, -1]), { tasks, scores }));
    expect(drawn.find('.weights-note').textContent).toBe(
      'Against pretrained: flags −29.1 points, the other tasks +1.0 on average.',
    );
  });
});

describe('the formula', () => {
  const text = ({ find }: Drawn) => find('.sum').textContent;

  it('has the weights with their signs', async () => {
    const drawn = await draw(<Formula />, having(experts([-1, 1, -0.5])));
    expect(text(drawn)).toBe('· (−τchess + τfashion − 0.50 τflags)');
    await drawn.run(({ setWeight }) => setWeight('chess', 2));
    expect(text(drawn)).toBe('· (2.00 τchess + τfashion − 0.50 τflags)');
  });

  it('leaves out what counts for nothing, unless nothing else is there', async () => {
    const drawn = await draw(<Formula />, having(experts([0, -1, 0])));
    expect(text(drawn)).toBe('· (−τfashion)');
    await drawn.push(having(experts([0, 2, 0])));
    expect(text(drawn)).toBe('· 2.00 τfashion');
    await drawn.push(having(experts([0, 0, 0])));
    expect(text(drawn)).toBe('· (0.00 τchess + 0.00 τfashion + 0.00 τflags)');
  });

  it('has them within what a method combines', async () => {
    const snapshot = having(experts([-1, 1, 0.5]));
    const method = { ...snapshot.method, name: 'TiesMergingAlgorithm', title: 'TIES merging' };
    const drawn = await draw(<Formula />, { ...snapshot, method });
    expect(text(drawn)).toBe('· TIES merging(−τchess, τfashion, 0.50 τflags)');
  });
});
