import { afterEach, expect, it, vi } from 'vitest';
import { askToPersist } from './persist';

afterEach(() => vi.unstubAllGlobals());

it('asks the browser', async () => {
  const persist = vi.fn(async () => true);
  vi.stubGlobal('navigator', { storage: { persist } });
  await askToPersist();
  expect(persist).toHaveBeenCalledTimes(1);
});

it.each([
  ['refuses', { storage: { persist: () => Promise.reject(new TypeError('Opaque origin.')) } }],
  ['cannot', {}],
])('goes on where the browser %s', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator);
  await expect(askToPersist()).resolves.toBeUndefined();
});
