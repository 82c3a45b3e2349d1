import { test as base, expect } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import type { room } from './pages/probe';
import { openTestPage } from './support/pages';
import { type PageWatch, testServerReports, watchPage } from './support/watch';

const test = base.extend<{ watch: PageWatch }>({
  watch: async ({ page, request, baseURL }, use) =>
    use(await watchPage(page, new URL(baseURL ?? '').origin, testServerReports(request))),
});

test('a page that behaves has no problems', async ({ page, watch }) => {
  const call = await openTestPage<typeof room>(page, 'probe');
  expect(await call('behave')).toBe('Probe');
  expect(await watch.problems()).toEqual([]);
});

test('errors on the console and uncaught errors are problems', async ({ page, watch }) => {
  const call = await openTestPage<typeof room>(page, 'probe');
  await call('logError', 'planted on the console');
  await call('throwUncaught', 'planted and uncaught');
  await expect
    .poll(() => watch.problems())
    .toEqual([
      expect.stringContaining('planted on the console'),
      expect.stringContaining('planted and uncaught'),
    ]);
});

test('a missing file is a problem', async ({ page, watch }) => {
  const call = await openTestPage<typeof room>(page, 'probe');
  await call('request', '/no-such-file');
  await expect
    .poll(() => watch.problems())
    .toContainEqual(expect.stringMatching(/HTTP 404.*no-such-file/));
});

test('the policy stops a request to another origin, and the violation is a problem', async ({
  page,
  watch,
}) => {
  const elsewhere = await serve({ root: 'e2e' });
  try {
    const call = await openTestPage<typeof room>(page, 'probe');
    expect(await call('request', elsewhere.url)).toBe(false);
    await expect
      .poll(() => watch.problems())
      .toContainEqual(expect.stringMatching(/policy.*connect-src/));
  } finally {
    await elsewhere.close();
  }
});

test('a request off the origin is a problem even where no policy stops it', async ({
  page,
  watch,
}) => {
  const elsewhere = await serve({ root: 'e2e/pages' });
  try {
    await page.goto(`${elsewhere.url}probe.html`);
    await expect
      .poll(() => watch.problems())
      .toContainEqual(`off the origin: GET ${elsewhere.url}probe.html`);
  } finally {
    await elsewhere.close();
  }
});

test('an inline style is refused and is a problem', async ({ page, watch }) => {
  const call = await openTestPage<typeof room>(page, 'probe');
  expect(await call('addInlineStyle')).not.toBe('rgb(255, 0, 0)');
  await expect
    .poll(() => watch.problems())
    .toContainEqual(expect.stringMatching(/policy.*style-src/));
});

test('text evaluated as code in a worker is refused and is a problem', async ({ page, watch }) => {
  const call = await openTestPage<typeof room>(page, 'probe');
  expect(await call('evaluateInWorker')).toBe('EvalError');
  await expect
    .poll(() => watch.problems())
    .toContainEqual(expect.stringMatching(/policy.*script-src/));
});
