// @vitest-environment jsdom
import { act } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { aModel, aPin, aScore, aSnapshot, aTask, emptyBoard } from '../../state/testing';
import type { PairDifference, PinView, StudioState } from '../../state/types';
import { type Drawn, draw, polyfillDialog } from '../testing';
import { Pins } from './pins';
import { differenceText, expertsText, mergeText } from './words';

beforeAll(async () => {
  polyfillDialog();
  // The page loads it with the first pin.
  await import('./pin-panel');
});

const task = aTask();
const average = (accuracy: number) => ({
  accuracy,
  interval: [accuracy - 0.02, accuracy + 0.02] as const,
  tasks: 1,
  complete: true,
});
const FIRST = aPin('first', {
  tasks: { [task.id]: { ...aScore(task.id, 300, 400) } },
  average: average(0.75),
});
const SECOND = aPin('second', { missing: ['flags', 'mnist'] });

const snapshot = (...pins: PinView[]): StudioState =>
  aSnapshot({
    pool: {
      models: [aModel({ id: 'base', role: 'base', name: 'base' }), aModel()],
      findings: [],
      mergeable: true,
    },
    tasks: [task],
    scores: {
      ...emptyBoard,
      merged: { tasks: { [task.id]: aScore(task.id, 320, 400) }, average: average(0.8) },
    },
    pins,
  });

const found: PairDifference = {
  pictures: 400,
  onlyA: 10,
  onlyB: 30,
  differing: 45,
  a: 0.75,
  b: 0.8,
  difference: 0.05,
  interval: [0.02, 0.08],
  pValue: 0.0022,
  verdict: 'better than A',
  complete: true,
};

async function shown(state: StudioState): Promise<Drawn> {
  const drawn = await draw(<Pins />, state);
  drawn.engine.answer('comparePins', async () => ({ tasks: { [task.id]: found }, average: found }));
  const panel = () => document.querySelector('.pin-table');
  await act(() => expect.poll(panel, { timeout: 10_000 }).not.toBeNull());
  await act(async () => undefined);
  return drawn;
}
const asked = ({ engine }: Drawn, command: string) =>
  engine.calls.filter(([name]) => name === command).map(([, ...given]) => given);
const texts = (elements: NodeListOf<Element>) =>
  [...elements].map(({ textContent }) => textContent?.replace(/\s+/g, ' ').trim());

describe('pins', () => {
  it('begin with a button, where something is merged', async () => {
    const drawn = await draw(<Pins />, snapshot());
    expect(document.querySelector('.pin-panel')).toBeNull();
    await drawn.click(drawn.button('Pin this merge'));
    expect(asked(drawn, 'pin')).toHaveLength(1);
    await drawn.push(aSnapshot());
    expect(document.querySelector('section')).toBeNull();
  });

  it('are rows, with what is merged now below them', async () => {
    await shown(snapshot(FIRST, SECOND));
    const rows = texts(document.querySelectorAll('.pin-table tbody tr'));
    expect(rows[0]).toContain('first');
    expect(rows[0]).toContain('Task arithmetic, λ = 0.30, 1 expert');
    expect(rows[0]).toContain('75.0 % ±2.0');
    expect(rows[1]).toContain('Not in the library any more: flags, mnist');
    expect(rows[2]).toContain('Merged now compared as B');
    expect(rows[2]).toContain('80.0 %');
  });

  it('are used, renamed, removed and put back, and the focus is never lost', async () => {
    const drawn = await shown(snapshot(FIRST, SECOND));
    await drawn.click(drawn.button('Use: first'));
    await drawn.click(drawn.button('Use: second'));
    expect(asked(drawn, 'applyPin')).toEqual([[FIRST.pin.id]]);
    await drawn.click(drawn.button('Rename: first'));
    await drawn.type(drawn.find<HTMLInputElement>('dialog input'), 'best');
    await drawn.click(drawn.button('Rename'));
    await drawn.click(drawn.button('Remove: first'));
    await drawn.push(snapshot(SECOND));
    expect(document.activeElement).toBe(drawn.button('Put it back'));
    await drawn.click(drawn.button('Put it back'));
    expect(document.activeElement).toBe(drawn.button('Pin this merge'));
    expect(asked(drawn, 'editPins')).toEqual([
      [{ type: 'rename', id: FIRST.pin.id, name: 'best' }],
      [{ type: 'remove', id: FIRST.pin.id }],
      [{ type: 'put', pin: FIRST.pin, index: 0 }],
    ]);
  });

  it('that is what is merged is in use', async () => {
    const drawn = await shown(snapshot({ ...FIRST, present: true }));
    expect(drawn.button('In use: first').getAttribute('aria-disabled')).toBe('true');
  });
});

describe('two merges', () => {
  it('are the latest pin and what is merged, until others are chosen', async () => {
    const drawn = await shown(snapshot(SECOND, FIRST));
    expect(asked(drawn, 'comparePins').at(-1)).toEqual([{ a: FIRST.pin.id, b: null }]);
    await drawn.choose('B', SECOND.pin.id);
    expect(asked(drawn, 'comparePins').at(-1)).toEqual([{ a: FIRST.pin.id, b: SECOND.pin.id }]);
    await drawn.choose('A', SECOND.pin.id);
    expect(drawn.container.textContent).toContain('A and B are the same merge.');
    await drawn.push(snapshot(FIRST));
    expect(asked(drawn, 'comparePins').at(-1)).toEqual([{ a: FIRST.pin.id, b: null }]);
    await drawn.push(snapshot({ ...FIRST, present: true }));
    expect(drawn.container.textContent).toContain('A and B are the same merge.');
    await drawn.choose('A', 'now');
    await drawn.push(snapshot(FIRST));
    expect(asked(drawn, 'comparePins').at(-1)).toEqual([{ a: null, b: null }]);
  });

  it('are compared in a table and a sentence, asked anew with newer scores', async () => {
    const drawn = await shown(snapshot(FIRST));
    await drawn.push({ ...snapshot(FIRST), scores: { ...emptyBoard, scored: 1 } });
    const [row] = texts(document.querySelectorAll('.pair-table tbody tr'));
    expect(row).toBe('fashion75.0 %80.0 %+5.0 95 % interval +2.0 to +8.00.0022103045');
    expect(drawn.find('.pair-verdict').textContent).toBe(differenceText(found));
    expect(asked(drawn, 'comparePins').length).toBeGreaterThan(1);
  });

  it('have galleries of the pictures that they differ in', async () => {
    const drawn = await shown(snapshot(FIRST));
    await drawn.push({ ...snapshot(FIRST), scores: { ...emptyBoard, scored: 1 } });
    const button = drawn.button('10 pictures of fashion: A right, B wrong');
    await drawn.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    expect(asked(drawn, 'taskInsight').at(-1)).toEqual([
      task.id,
      {
        group: 'only a',
        label: null,
        offset: 0,
        limit: 24,
        pair: { a: FIRST.pin.id, b: null },
      },
    ]);
    expect(texts(document.querySelectorAll('.gallery .segments button'))).toEqual([
      'A right, B wrong 0',
      'B right, A wrong 0',
      'A and B differ 0',
    ]);
    await drawn.click(button);
    expect(document.querySelector('.gallery')).toBeNull();
  });

  it('without a common picture have nothing', async () => {
    const drawn = await shown(snapshot(FIRST));
    drawn.engine.answer('comparePins', async () => ({ tasks: {}, average: null }));
    await drawn.push({ ...snapshot(FIRST), scores: { ...emptyBoard, scored: 1 } });
    expect(drawn.find('.pair-verdict').textContent).toContain('no pictures in common');
    expect(document.querySelector('.pair-table')).toBeNull();
  });
});

describe('words', () => {
  it('say what a pin merges', () => {
    const { merge } = FIRST.named;
    const { methods } = snapshot();
    const [expert] = merge.experts;
    if (!expert) throw new Error('it has an expert');
    const weighted = {
      ...merge,
      layers: { post: 0.5 },
      experts: [expert, { ...expert, name: 'flags', weight: -0.5 }],
    };
    expect(mergeText(weighted, methods)).toBe(
      'Task arithmetic, λ = 0.30, 2 experts, weighted, layer factors',
    );
    expect(mergeText(merge, methods, 'Task arithmetic at 0.3')).toBe('λ = 0.30, 1 expert');
    expect(expertsText(weighted)).toBe('fashion + −0.50 × flags');
    const method = { name: 'Gone', options: {} };
    expect(mergeText({ ...merge, method, scalingFactor: null }, methods)).toBe('Gone, 1 expert');
  });

  it('say how far B is better, and on what', () => {
    expect(differenceText(found)).toBe(
      'B against A on 400 pictures: +5.0 points, better than A (95 % interval +2.0 to +8.0, p = 0.0022).',
    );
    expect(differenceText({ ...found, complete: false })).toContain(
      'on 400 pictures that both have been scored on so far:',
    );
  });
});
