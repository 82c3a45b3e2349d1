import { test as base, expect } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import { openStudio } from './support/studio';
import { watchPage } from './support/watch';

/** A host that sends none of our headers and serves the built folder somewhere below its root. */
const test = base.extend<{ hostUrl: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  hostUrl: async ({}, use) => {
    const server = await serve({ root: 'dist', base: '/some/deep/path/', headers: {} });
    await use(server.url);
    await server.close();
  },
});

test('the built folder works below any path of a host that sends no headers', async ({
  page,
  hostUrl,
}) => {
  const watch = await watchPage(page, new URL(hostUrl).origin);
  const requested: string[] = [];
  page.on('request', (sent) => requested.push(sent.url()));

  const response = await openStudio(page, hostUrl);
  expect(response?.headers()).not.toHaveProperty('content-security-policy');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(page.getByRole('contentinfo')).toContainText('CPU · 1 thread');

  expect(requested.length).toBeGreaterThan(1);
  expect(requested.filter((url) => !url.startsWith(hostUrl) && !/^(blob|data):/.test(url))).toEqual(
    [],
  );
  expect(await watch.problems()).toEqual([]);
});

test('the policy holds there as well, from the page itself', async ({ page, hostUrl }) => {
  await openStudio(page, hostUrl);
  const refused = page.waitForEvent('console', (message) => message.text().includes('connect-src'));
  const reached = await page.evaluate(() =>
    fetch('http://127.0.0.1:9/').then(
      () => true,
      () => false,
    ),
  );
  expect(reached).toBe(false);
  await refused;
});
