import { describe, expect, it } from 'vitest';
import { followWork, inMinutes, LONG_MS, type Work } from './long-work';
import { aModel, aSnapshot, emptyBoard } from './testing';
import type { ScoreBoard, StudioState } from './types';

const pool = { models: [aModel()], findings: [], mergeable: true };
const job = (id: string, label = id) => ({ id, label, progress: 0.5, secondsLeft: 9 });
const scoring = (changes: Partial<ScoreBoard> = {}): StudioState =>
  aSnapshot({ pool, scores: { ...emptyBoard, phase: 'scoring', ...changes } });

/** What is told when these snapshots come at these times. */
function told(...steps: readonly (readonly [at: number, snapshot: StudioState])[]): string[] {
  let works: readonly Work[] = [];
  return steps.flatMap(([at, snapshot]) => {
    const { works: next, ended } = followWork(works, snapshot, at);
    works = next;
    return ended.map(({ label }) => label);
  });
}

describe('work that took long', () => {
  const idle = aSnapshot({ pool });
  const working = aSnapshot({ pool, jobs: [job('hashing', 'SHA-256 of a')] });

  it('is told when it ends, by what it did last, and not before', () => {
    const later = aSnapshot({ pool, jobs: [job('hashing', 'SHA-256 of b')] });
    expect(told([0, working], [LONG_MS, later])).toEqual([]);
    expect(told([0, working], [LONG_MS - 10, later], [LONG_MS, idle])).toEqual(['SHA-256 of b']);
    expect(told([0, working], [LONG_MS - 1, idle])).toEqual([]);
  });

  it('is not told of a job of this page, whose command knows how it ended', () => {
    const own = aSnapshot({ pool, jobs: [job('page-1')] });
    expect(told([0, own], [2 * LONG_MS, idle])).toEqual([]);
  });

  it('is told of scoring and sweep where they are complete, not where they stopped or failed', () => {
    const sweep = { sampled: 0, done: 0, of: 16, pictures: null };
    const swept = scoring({ sweep });
    expect(
      told(
        [0, scoring({ phase: 'preparing' })],
        [5, swept],
        [LONG_MS, scoring({ phase: 'complete' })],
      ),
    ).toEqual(['The sweep over 16 values']);
    expect(told([0, scoring()], [LONG_MS, scoring({ phase: 'complete' })])).toEqual([
      'The scoring',
    ]);
    for (const phase of ['stopped', 'failed', 'idle'] as const) {
      expect(told([0, scoring()], [LONG_MS, scoring({ phase })])).toEqual([]);
    }
  });

  it('begins anew where it ended between', () => {
    expect(told([0, working], [30_000, idle], [40_000, working], [LONG_MS, idle])).toEqual([]);
  });
});

describe('how long', () => {
  it.each([
    [61_000, '1 minute'],
    [150_000, '3 minutes'],
    [3_600_000, '1 hour'],
    [2 * 3_600_000 + 60_000, '2 hours 1 minute'],
  ])('%d ms is %s', (milliseconds, words) => {
    expect(inMinutes(milliseconds)).toBe(words);
  });
});
