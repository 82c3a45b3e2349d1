import { describe, expect, it } from 'vitest';
import { aSnapshot, emptyBoard } from '../../state/testing';
import type { JobView, ScoreBoard } from '../../state/types';
import { PAGE_NAME, pageTitle } from './page-title';

const jobs = (...views: Partial<JobView>[]) =>
  aSnapshot({
    jobs: views.map((view, i) => ({
      id: `${i}`,
      label: 'Importing 2 of 5',
      progress: 0.429,
      secondsLeft: 12,
      ...view,
    })),
  });
const scores = (changes: Partial<ScoreBoard>) =>
  aSnapshot({
    scores: {
      ...emptyBoard,
      phase: 'scoring',
      scored: 1200,
      total: 1514,
      secondsLeft: 100,
      ...changes,
    },
  });

describe('the title of the tab', () => {
  it('is the page’s name while nothing takes long', () => {
    for (const state of [
      null,
      aSnapshot(),
      jobs({ secondsLeft: null }),
      scores({ secondsLeft: null }),
      scores({ phase: 'complete' }),
    ]) {
      expect(pageTitle(state)).toBe(PAGE_NAME);
    }
  });

  it('has how far the work is and how long it still takes, jobs first', () => {
    expect(pageTitle(jobs({ secondsLeft: null }, {}))).toBe(
      `42 %, 12 s left · Importing 2 of 5 · ${PAGE_NAME}`,
    );
    expect(pageTitle(scores({}))).toBe(`1,200 of 1,514 images, 2 min left · ${PAGE_NAME}`);
    const sweep = { sampled: 16, done: 3, of: 16, pictures: null };
    expect(pageTitle(scores({ sweep }))).toBe(`3 of 16 values, 2 min left · ${PAGE_NAME}`);
    const both = { ...scores({}), jobs: jobs({}).jobs };
    expect(pageTitle(both)).toContain('Importing');
  });
});
