// @vitest-environment jsdom
import { act } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aSnapshot, aTask } from '../../state/testing';
import type { ModelInsight, PictureQuery, PictureView, TaskInsight } from '../../state/types';
import { draw, polyfillDialog } from '../testing';
import { calibrationText, meanConfidence } from './calibration-text';
import { classOrder, mistakesOf, mistakeTexts } from './confusions';
import TaskInsightPanel from './task-insight';

const task = aTask({ classnames: ['ring', 'circle', 'line'], classCounts: [20, 20, 20] });
const confusion = [
  { label: 0, prediction: 0, images: 13 },
  { label: 0, prediction: 1, images: 7 },
  { label: 1, prediction: 1, images: 20 },
  { label: 2, prediction: 0, images: 1 },
  { label: 2, prediction: 1, images: 1 },
];

const figures = (confidence: number, correct: number): ModelInsight => ({
  scored: 40,
  correct,
  top5: 40,
  confusion,
  calibration: {
    error: 0.2,
    bins: [
      { from: 0, to: 0.5, images: 0, confidence: null, accuracy: null },
      { from: 0.5, to: 1, images: 40, confidence, accuracy: correct / 40 },
    ],
  },
});

const picture = (index: number): PictureView => ({
  index,
  name: `${index}.png`,
  label: 0,
  guesses: {
    pretrained: { right: true, top: [{ label: 0, probability: 0.6 }] },
    merged: {
      right: false,
      top: [
        { label: 1, probability: 0.712 },
        { label: 0, probability: 0.2 },
      ],
      at: 0.3,
    },
    expert: null,
  },
});

const insight = (pictures: readonly PictureView[]): TaskInsight => ({
  groups: { all: 60, lost: 8, gained: 3, unlearned: 2, 'all wrong': 1 },
  total: 60,
  pictures,
  models: { pretrained: figures(0.9, 20), merged: figures(0.75, 30), expert: null },
});

describe('confusions', () => {
  it('are told with the largest first, and what they are of', () => {
    expect(mistakeTexts(task, confusion)).toEqual([
      '7 of 20 “ring” are taken for “circle”',
      '1 of 2 “line” is taken for “ring”',
      '1 of 2 “line” is taken for “circle”',
    ]);
  });

  it('are ordered by pictures or by their share of the class', () => {
    expect(mistakesOf(confusion, 'images').map(({ images }) => images)).toEqual([7, 1, 1]);
    expect(mistakesOf(confusion, 'share').map(({ share }) => share)).toEqual([0.5, 0.5, 0.35]);
  });

  it('order the classes of the matrix', () => {
    expect(classOrder(3, confusion, 'class')).toEqual([0, 1, 2]);
    expect(classOrder(3, confusion, 'mistakes')).toEqual([0, 2, 1]);
  });
});

describe('calibration in words', () => {
  it.each([
    [0.9, 30, 'Merged is surer than it is right: by 15.0 points on average.'],
    [0.7, 30, 'Merged is less sure than it is right: by 5.0 points on average.'],
    [0.754, 30, 'Merged is as sure as it is right, on average.'],
  ])('%d of %d', (confidence, correct, text) => {
    expect(calibrationText('merged', figures(confidence, correct))).toBe(text);
    expect(meanConfidence(figures(confidence, correct))).toBeCloseTo(confidence, 12);
  });
});

describe('a task that is unfolded', () => {
  const made: string[] = [];
  const freed: string[] = [];
  beforeEach(() => {
    polyfillDialog();
    made.length = 0;
    freed.length = 0;
    vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
      made.push(`blob:${made.length}`);
      return made.at(-1) ?? '';
    });
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => void freed.push(address));
  });

  async function open(tab: string) {
    const drawn = await draw(
      <TaskInsightPanel task={task} pretrained={undefined} merged={undefined} expert={undefined} />,
    );
    const asked: PictureQuery[] = [];
    drawn.engine.answer('taskInsight', async (_, query) => {
      asked.push(query);
      return insight(Array.from({ length: query.limit }, (__, i) => picture(i)).slice(0, 60));
    });
    drawn.engine.answer('taskPictures', async (_, places) =>
      places.map((place) => ({ name: `${place}.png`, classname: 'ring', blob: new Blob() })),
    );
    await drawn.click(tabNamed(drawn.container, tab));
    return { ...drawn, asked };
  }

  const tabNamed = (container: HTMLElement, name: string): HTMLElement => {
    const tabs = [...container.querySelectorAll<HTMLElement>('[role=tab]')];
    const found = tabs.find(({ textContent }) => textContent === name);
    if (!found) throw new Error(`no tab ${name}`);
    return found;
  };

  it('passes from view to view with the arrow keys', async () => {
    const { container } = await open('Classes');
    const press = (key: string) =>
      act(async () => {
        const list = container.querySelector('[role=tablist]');
        list?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      });
    const chosen = () => container.querySelector('[aria-selected=true]')?.textContent;
    await press('ArrowLeft');
    expect(chosen()).toBe('Calibration');
    expect(document.activeElement?.textContent).toBe('Calibration');
    await press('ArrowRight');
    expect(chosen()).toBe('Classes');
  });

  it('shows pictures by group and class, with what each model made of them', async () => {
    const { container, asked, button, click, choose } = await open('Pictures');
    expect(asked.at(-1)).toEqual({ group: 'all', label: null, offset: 0, limit: 24 });
    const [tile] = container.querySelectorAll('.tile');
    expect(tile?.getAttribute('aria-label')).toBe(
      'ring; pretrained: ring, 60.0 %, right; merged: circle, 71.2 %, wrong (at 0.30); expert: not scored',
    );
    expect(container.querySelectorAll('.tile img')).toHaveLength(24);
    await click(button('Lost by merging 8'));
    expect(asked.at(-1)).toMatchObject({ group: 'lost', limit: 24 });
    expect(container.querySelector('.gallery-meaning')?.textContent).toBe(
      'The pretrained model is right, the merged one wrong.',
    );
    await choose('Class', '2');
    expect(asked.at(-1)).toMatchObject({ group: 'lost', label: 2 });
    await click(button('Show more: 36 pictures'));
    expect(asked.at(-1)).toMatchObject({ limit: 48 });
    expect(made).toHaveLength(48);
  });

  it('asks again with every new score, and keeps what it has until it is answered', async () => {
    const { container, asked, engine, push } = await open('Pictures');
    const before = asked.length;
    let answer: (told: TaskInsight) => void = () => undefined;
    engine.answer('taskInsight', () => new Promise((resolve) => (answer = resolve)));
    await push(aSnapshot({ scores: { ...aSnapshot().scores, scored: 1 } }));
    expect(container.querySelectorAll('.tile')).toHaveLength(24);
    await act(async () => answer(insight([picture(7)])));
    expect(container.querySelectorAll('.tile')).toHaveLength(1);
    expect(before).toBeGreaterThan(0);
  });

  it('opens a picture large, and goes from one to the next', async () => {
    const { container, button, click } = await open('Pictures');
    const tile = container.querySelectorAll<HTMLElement>('.tile')[1];
    if (tile) await click(tile);
    const rows = () =>
      [...document.querySelectorAll('.top-classes.merged tr')].map((row) => row.textContent);
    expect(rows()).toEqual(['circle71.2 %', 'ring20.0 %']);
    expect(document.querySelector('.picture-name')?.textContent).toBe('1.png');
    await click(button('Next'));
    expect(document.querySelector('.picture-name')?.textContent).toBe('2.png');
    await click(button('Previous'));
    await click(button('Previous'));
    expect(document.querySelector('.picture-name')?.textContent).toBe('0.png');
    expect(button('Previous').disabled).toBe(true);
  });

  it('shows the confusion matrix of a model, in either order', async () => {
    const { container, choose } = await open('Confusions');
    expect(container.textContent).toContain('10 of 40 pictures wrong. Most often: 7 of 20');
    const rows = () =>
      [...container.querySelectorAll('.matrix tbody tr')].map((row) =>
        [...row.children].map(({ textContent }) => textContent),
      );
    expect(rows()).toEqual([
      ['ring', '13', '7', ''],
      ['circle', '', '20', ''],
      ['line', '1', '1', ''],
    ]);
    await choose('Order', 'mistakes');
    expect(rows().map(([name]) => name)).toEqual(['ring', 'line', 'circle']);
    await choose('Model', 'expert');
    expect(container.textContent).toContain('Nothing of it is scored yet.');
  });

  it('shows how sure the models are', async () => {
    const { container } = await open('Calibration');
    const rows = [...container.querySelectorAll('tbody tr')].map((row) =>
      [...row.children].map(({ textContent }) => textContent),
    );
    expect(rows).toEqual([
      ['Pretrained', '40', '50.0 %', '100.0 %', '90.0 %', '20.0 %'],
      ['Merged', '40', '75.0 %', '100.0 %', '75.0 %', '20.0 %'],
    ]);
    expect(container.querySelectorAll('.reliability')).toHaveLength(2);
  });
});
