import type { room } from './pages/blobs';
import { openTestPage } from './support/pages';
import { expect, test } from './support/test';

test('what is being read is not taken for garbage', async ({ page }) => {
  // Chromium was seen to collect a reader while it waited, and the hash of a model, or a kept score, never came.
  const call = await openTestPage<typeof room>(page, 'blobs');
  const session = await page.context().newCDPSession(page);
  let over = false;
  const collecting = (async () => {
    while (!over) await session.send('HeapProfiler.collectGarbage').catch(() => undefined);
  })();
  expect(await call('hashSmall', 300), 'reads that never ended').toBe(0);
  over = true;
  await collecting;
});
