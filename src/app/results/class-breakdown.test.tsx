// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aScore, aTask } from '../../state/testing';
import type { TaskScore } from '../../state/types';
import { draw } from '../testing';
import { ClassBreakdown } from './class-breakdown';
import { classRows } from './class-changes';

const score = (correct: readonly number[]): TaskScore => ({
  ...aScore('a', 10, 20),
  perClass: correct.map((right) => ({ scored: 10, correct: right })),
});

describe('classes', () => {
  it('come in the order of what changed most, gained or lost', () => {
    const rows = classRows(5, score([5, 5, 5, 5]), score([6, 1, 5, 6]));
    expect(rows.map(({ label }) => label)).toEqual([1, 0, 3, 2, 4]);
    expect(rows[0]?.change).toBeCloseTo(-0.4, 12);
    expect(rows[4]?.change).toBeNull();
  });

  it('unfold a part at a time where there are many, all of them in the end', async () => {
    const classnames = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    const task = aTask({ classnames, classCounts: classnames.map(() => 10) });
    const before = score(classnames.map(() => 5));
    const after = score(classnames.map((_, i) => (i === 777 ? 10 : 5)));
    const { container, click } = await draw(
      <ClassBreakdown task={task} pretrained={before} merged={after} expert={undefined} />,
    );
    const names = () => [...container.querySelectorAll('tbody th')].map((th) => th.textContent);
    expect(names().slice(0, 2)).toEqual(['class 777', 'class 0']);
    expect(names()).toHaveLength(50);
    const more = () => container.querySelector<HTMLElement>('button.link');
    expect(more()?.textContent).toBe('Show more: 950 classes have changed less');
    for (let presses = 0; more() !== null && presses < 10; presses++) {
      const button = more();
      if (button) await click(button);
    }
    expect(new Set(names())).toEqual(new Set(classnames));
  });
});
