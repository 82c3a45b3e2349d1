import 'fake-indexeddb/auto';
import { afterEach, expect, it, vi } from 'vitest';
import { isFirstVisit } from './first-visit';

afterEach(() => vi.unstubAllGlobals());

it('is one until anything is kept in the browser', async () => {
  expect(await isFirstVisit()).toBe(true);
  await new Promise((resolve) => {
    indexedDB.open('library').onsuccess = resolve;
  });
  expect(await isFirstVisit()).toBe(false);
});

it('is none where the browser does not tell', async () => {
  vi.stubGlobal('indexedDB', {});
  expect(await isFirstVisit()).toBe(false);
});
