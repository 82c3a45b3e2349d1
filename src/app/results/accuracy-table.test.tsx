// @vitest-environment jsdom
import { act } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { aScore, aSnapshot, aTask, emptyBoard } from '../../state/testing';
import type { AverageScore, ScoreBoard } from '../../state/types';
import { draw } from '../testing';
import { AccuracyTable } from './accuracy-table';

const average = (accuracy: number, tasks: number, complete = true): AverageScore => ({
  accuracy,
  interval: [accuracy - 0.02, accuracy + 0.02],
  tasks,
  complete,
});

const tasks = [
  aTask({ id: 'a', name: 'fashion' }),
  aTask({ id: 'b', name: 'mnist', expert: null }),
  aTask({ id: 'c', name: 'flags', included: false }),
];

const complete: ScoreBoard = {
  ...emptyBoard,
  pretrained: {
    tasks: { a: aScore('a', 236, 400), b: aScore('b', 200, 400) },
    average: average(0.54, 2),
  },
  merged: {
    tasks: { a: aScore('a', 252, 400), b: aScore('b', 300, 400) },
    average: average(0.69, 2),
  },
  expert: { tasks: { a: aScore('a', 297, 400) }, average: average(0.74, 1) },
  change: {
    tasks: {
      a: { accuracy: 0.04, pictures: 400, complete: true },
      b: { accuracy: 0.25, pictures: 400, complete: true },
    },
    average: { accuracy: 0.15, pictures: 800, complete: true },
  },
  phase: 'complete',
};

const running: ScoreBoard = {
  ...complete,
  merged: { tasks: { a: aScore('a', 60, 100, 400) }, average: average(0.6, 1, false) },
  change: {
    tasks: { a: { accuracy: -0.02, pictures: 100, complete: false } },
    average: { accuracy: -0.02, pictures: 100, complete: false },
  },
  phase: 'scoring',
};

const pool = { models: [], findings: [], mergeable: true };

/** What the eye sees: without what is for screen readers only. */
function rows(container: HTMLElement): string[][] {
  return [...container.querySelectorAll('tr:not(.breakdown-row)')].map((row) =>
    [...row.children]
      .filter((cell) => !cell.classList.contains('range-cell'))
      .map((cell) => {
        const copy = cell.cloneNode(true) as HTMLElement;
        for (const hidden of copy.querySelectorAll('.visually-hidden')) hidden.remove();
        return copy.textContent?.trim() ?? '';
      }),
  );
}

describe('the table "Accuracy by task"', () => {
  it('shows the three models for every included task, and their averages', async () => {
    const { container, find } = await draw(
      <AccuracyTable />,
      aSnapshot({ tasks, scores: complete }),
    );
    expect(find('table').getAttribute('aria-labelledby')).toBe(find('caption span').id);
    expect(find('caption span').textContent).toBe('Accuracy by task');
    expect(rows(container)).toEqual([
      ['Task', 'Images', 'Pretrained', 'Merged', 'Change', 'Expert'],
      ['fashion', '400', '59.0 % ±2.0', '63.0 % ±2.0', '+4.0', '74.3 % ±2.0'],
      ['mnist', '400', '50.0 % ±2.0', '75.0 % ±2.0', '+25.0', '–'],
      ['Average', '800', '54.0 % ±2.0', '69.0 % ±2.0', '+15.0', '74.0 % ±2.01 of 2 tasks'],
    ]);
  });

  it('says the exact interval and count to pointers and screen readers', async () => {
    const { find } = await draw(<AccuracyTable />, aSnapshot({ tasks, scores: complete }));
    const exact = '95 % interval 61.0 % to 65.0 %, 252 of 400 images right';
    const cell = find('tbody td.merged');
    expect(cell.title).toBe(exact);
    expect(cell.querySelector('.visually-hidden')?.textContent).toBe(`(${exact})`);
    expect(cell.querySelector('data')?.value).toBe('0.63');
  });

  it('shows a running score with the part of the images it rests on', async () => {
    const { container, find } = await draw(
      <AccuracyTable />,
      aSnapshot({ pool, tasks, scores: running }),
    );
    const [, fashion, mnist] = rows(container);
    expect(fashion?.slice(1, 4)).toEqual(['100 / 400', '59.0 % ±2.0', '60.0 % ±2.0']);
    expect(mnist?.[3]).toBe('…');
    expect(find('tbody td.merged').className).toBe('merged running');
  });

  it('says on which pictures the two models are compared, and that more are to come', async () => {
    const { find, container, push } = await draw(
      <AccuracyTable />,
      aSnapshot({ pool, tasks, scores: running }),
    );
    const change = () => find('tbody td.change');
    expect(rows(container).map((cells) => cells[4])).toEqual(['Change', '−2.0', '', '−2.0']);
    expect(change().title).toBe('On the same 100 images that both have been scored on so far');
    expect(change().classList).toContain('running');
    await push(aSnapshot({ pool, tasks, scores: complete }));
    expect(change().title).toBe('On the same 400 images');
    expect(change().classList).toContain('final');
  });

  it('expects no score of a merged model where nothing can be merged', async () => {
    const scores = { ...complete, merged: emptyBoard.merged };
    const { container } = await draw(<AccuracyTable />, aSnapshot({ tasks, scores }));
    expect(rows(container).map((cells) => cells[3])).toEqual(['Merged', '–', '–', '–']);
  });

  it('counts the pictures that can be read', async () => {
    const merged = { ...complete.merged, tasks: { a: aScore('a', 252, 399) } };
    const scores = { ...complete, merged };
    const { container } = await draw(<AccuracyTable />, aSnapshot({ pool, tasks, scores }));
    expect(rows(container).map((cells) => cells[1])).toEqual(['Images', '399', '400', '799']);
  });

  it('says how many pictures are in no number', async () => {
    const unreadable = [{ image: 'a.png', reason: 'The file is empty.' }];
    const merged = { ...complete.merged, tasks: { a: aScore('a', 252, 399) } };
    const damaged = [aTask({ id: 'a', name: 'fashion', unreadable })];
    const { container } = await draw(
      <AccuracyTable />,
      aSnapshot({ pool, tasks: damaged, scores: { ...complete, merged } }),
    );
    const cells = rows(container).map((row) => row[1]);
    expect(cells).toEqual(['Images', '399 1 unreadable', '399 1 unreadable']);
  });

  it('is busy until everything is scored, for the scaling factor on screen', async () => {
    const { find, push, run } = await draw(
      <AccuracyTable />,
      aSnapshot({ tasks, scores: running }),
    );
    const busy = () => find('table').getAttribute('aria-busy');
    expect(busy()).toBe('true');
    await push(aSnapshot({ tasks, scores: complete }));
    expect(busy()).toBe('false');
    await run(({ setScalingFactor }) => setScalingFactor(1));
    await push(aSnapshot({ tasks, scores: complete, storage: { used: 1, available: null } }));
    expect(busy()).toBe('true');
    expect(find('tbody td.merged').className).toBe('merged stale');
    await push(aSnapshot({ tasks, scores: complete, scalingFactor: 1 }));
    expect(busy()).toBe('false');
  });

  it('unfolds to the classes of a task', async () => {
    const { find, button, click } = await draw(
      <AccuracyTable />,
      aSnapshot({ tasks, scores: complete }),
    );
    await click(button('fashion'));
    // Loaded when it is first asked for.
    const named = '[aria-label="Accuracy by class of fashion"]';
    await vi.waitFor(
      async () => {
        await act(async () => undefined);
        find(named);
      },
      { timeout: 60_000 },
    );
    const breakdown = find<HTMLTableElement>(named);
    const cells = [...(breakdown.tBodies[0]?.rows ?? [])].map((row) =>
      [...row.cells].slice(0, 5).map((cell) => cell.textContent),
    );
    expect(cells).toEqual([
      ['coat', '200', '36 of 200', '52 of 200', '97 of 200'],
      ['dress', '200', '200 of 200', '200 of 200', '200 of 200'],
    ]);
  });
});
