import type { room } from './pages/team';
import { openTestPage } from './support/pages';
import { expect, test } from './support/test';

test('element-wise kernels over threads give the bits of the reference', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'team');
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect((await call('count')) > 0).toBe(cores > 1);
  // More than there are cores, so that some are always late.
  const found = await call('differing', 3);
  expect(found?.all).toBeGreaterThan(50);
  expect(found?.differing).toEqual([]);
});
