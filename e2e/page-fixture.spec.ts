import type { room } from './pages/probe';
import { openTestPage } from './support/pages';
import { test } from './support/test';

test('a test whose page misbehaves fails', async ({ page }) => {
  test.fail();
  const call = await openTestPage<typeof room>(page, 'probe');
  await call('logError', 'planted');
});

test.describe('a problem that is expected by name', () => {
  test.use({ expectedProblems: [/^console: planted$/] });

  test('fails no test', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'probe');
    await call('logError', 'planted');
  });

  test('hides no other', async ({ page }) => {
    test.fail();
    const call = await openTestPage<typeof room>(page, 'probe');
    await call('logError', 'planted, too');
  });
});
