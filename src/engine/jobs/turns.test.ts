import { describe, expect, it } from 'vitest';
import { HASHING } from '../pool/hashing';
import { MEASURING } from '../pool/measuring';
import { KEEPING } from '../scoring/combinations';
import { type Business, type Turns, turnsOf } from './turns';

/** Everything is scored, and nothing else is done. */
const leisure: Business = {
  phase: 'complete',
  jobs: [],
  isCopied: false,
  isPending: false,
  hashesInThreads: true,
};
const ALL: Turns = { hashes: true, keeps: true, refines: true };
const NONE: Turns = { hashes: false, keeps: false, refines: false };

describe('what nobody asked for', () => {
  it.each<[string, Partial<Business>, Turns]>([
    ['all goes on where nothing else is done', {}, ALL],
    ['nothing while something is written or imported', { jobs: ['page-1'] }, NONE],
    ['nothing beside other jobs', { jobs: [HASHING, 'page-1'] }, NONE],
    ['nothing while a browser copies what was written', { isCopied: true }, NONE],
    ['hashing waits for scoring', { phase: 'scoring' }, { ...NONE, refines: true }],
    ['hashing waits for what comes before it', { phase: 'preparing' }, { ...NONE, refines: true }],
    ['what is not complete is not kept', { phase: 'stopped' }, { ...ALL, keeps: false }],
    [
      'nothing is refined while models are measured',
      { isPending: true },
      { ...ALL, refines: false },
    ],
    ['hashing goes on', { jobs: [HASHING] }, { ...NONE, hashes: true }],
    [
      'keeping goes on, and hashing beside it',
      { jobs: [`${KEEPING} of a method`] },
      { ...ALL, refines: false },
    ],
    ['threads hash while this one measures', { jobs: [MEASURING] }, { ...NONE, hashes: true }],
    ['without threads measuring comes first', { jobs: [MEASURING], hashesInThreads: false }, NONE],
  ])('%s', (_, business, turns) => {
    expect(turnsOf({ ...leisure, ...business })).toEqual(turns);
  });
});
