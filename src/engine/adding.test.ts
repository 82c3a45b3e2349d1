import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors';
import type { StagedImport } from '../storage/types';
import { stageAll } from './adding';
import type { Finding } from './api';

const wanted = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
const item = (id: string) => ({ id }) as StagedImport;

/** Stages all; the one of that place fails. */
async function stage(failing: number, error: unknown) {
  const findings: Finding[] = [];
  const places: number[] = [];
  const staged = await stageAll(
    wanted,
    async ({ name }, place) => {
      places.push(place);
      if (place === failing) throw error;
      return item(name);
    },
    findings,
  );
  return { findings, places, staged: staged.map(({ item: { id }, about }) => [id, about.name]) };
}

describe('what is staged', () => {
  it('comes one after the other, each with what is known of it', async () => {
    const { findings, places, staged } = await stage(-1, null);
    expect(places).toEqual([0, 1, 2, 3]);
    expect(staged).toEqual(wanted.map(({ name }) => [name, name]));
    expect(findings).toEqual([]);
  });

  it('stays when a later one fails, and what comes after that is named', async () => {
    const { findings, places, staged } = await stage(1, new StorageError('There is no room.'));
    expect(places).toEqual([0, 1]);
    expect(staged).toEqual([['a', 'a']]);
    expect(findings).toEqual([
      { severity: 'error', subject: 'b', message: 'There is no room.', details: [] },
      {
        severity: 'info',
        subject: 'c',
        message: 'c was not added, because the import ended at b. Add it again.',
        details: [],
      },
      {
        severity: 'info',
        subject: 'd',
        message: 'd was not added, because the import ended at b. Add it again.',
        details: [],
      },
    ]);
  });

  it('ends where it is stopped, which is no error', async () => {
    const { findings } = await stage(3, new DOMException('Stopped.', 'AbortError'));
    expect(findings).toEqual([
      {
        severity: 'info',
        subject: 'd',
        message: 'The import of d was stopped; nothing of it was kept.',
        details: [],
      },
    ]);
  });

  it.each([
    [new DOMException('The disk is full.', 'QuotaExceededError'), 'The disk is full.'],
    [Object.assign(new Error('A stop of its own.'), { name: 'AbortError' }), 'A stop of its own.'],
    ['a text', 'a text'],
  ])('tells every other end as what it is: %s', async (error, message) => {
    const { findings } = await stage(3, error);
    expect(findings).toEqual([{ severity: 'error', subject: 'd', message, details: [] }]);
  });
});
