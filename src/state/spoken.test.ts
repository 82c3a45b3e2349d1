import { describe, expect, it } from 'vitest';
import { NOTHING_SHOWN, shownMerged } from './held';
import { NOTHING_SPOKEN, type Spoken, spokenStatus } from './spoken';
import { aScore, aSnapshot, aTask, emptyBoard } from './testing';
import type { ScoreBoard, ScoreColumn, StudioState } from './types';

const moment = (phase: ScoreBoard['phase'], status: string, accuracy?: number): StudioState => {
  const interval = [0.5, 0.9] as const;
  const average =
    accuracy === undefined
      ? null
      : { accuracy, interval, tasks: 1, complete: phase === 'complete' };
  const merged: ScoreColumn = { tasks: average ? { a: aScore('a', 10, 20, 400) } : {}, average };
  const pool = { models: [], findings: [], mergeable: true };
  const scores = { ...emptyBoard, phase, status, merged };
  return aSnapshot({ tasks: [aTask({ id: 'a' })], pool, scores });
};

/** What is said, each thing once. */
function said(moments: readonly StudioState[]): string[] {
  let merged = NOTHING_SHOWN;
  let spoken: Spoken = NOTHING_SPOKEN;
  const texts: string[] = [];
  for (const snapshot of moments) {
    merged = shownMerged(merged, snapshot);
    spoken = spokenStatus(spoken, snapshot, merged);
    if (texts.at(-1) !== spoken.text) texts.push(spoken.text);
  }
  return texts;
}

describe('what is said of the scoring', () => {
  it('is few things, however many batches there are', () => {
    const start = moment('idle', 'Add task images to see accuracies.');
    const batches = [0.5, 0.55, 0.6].map((accuracy, i) =>
      moment('scoring', `Scoring a (${i} of 400 images so far)`, accuracy),
    );
    const done = moment('complete', 'Scored 400 of 400 images', 0.61);
    expect(said([start, moment('preparing', 'Zero-shot head of a'), ...batches, done])).toEqual([
      'Add task images to see accuracies.',
      'Scoring has begun',
      'First estimate: average 50.0 % of the merged model',
      'Scored 400 of 400 images',
    ]);
  });

  it('is a new estimate for a new factor', () => {
    const first = moment('scoring', 'Scoring a', 0.5);
    const other = { ...moment('scoring', 'Scoring a', 0.25), scalingFactor: 1 };
    expect(said([first, other])).toEqual([
      'First estimate: average 50.0 % of the merged model',
      'First estimate: average 25.0 % of the merged model',
    ]);
  });

  it('is the engine’s own text where it stopped', () => {
    expect(said([moment('stopped', 'Stopped after 3 of 400 images.', 0.5)])).toEqual([
      'Stopped after 3 of 400 images.',
    ]);
  });
});
