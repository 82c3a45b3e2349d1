/** The page without a network, and with a newer version at hand: through its service worker. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import { modelPool, temporaryFolder } from './support/fixture-pool';

interface Host {
  readonly url: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** A copy of the built page on a server of its own, which can be stopped and changed. */
const test = base.extend<{ host: Host }>({
  serviceWorkers: 'allow',
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  host: async ({}, use) => {
    const folder = temporaryFolder();
    cpSync('dist', folder, { recursive: true });
    const server = await serve({ root: folder, base: '/some/path/' });
    await use({ url: server.url, folder, stop: server.close });
    await server.close();
  },
});

/** Waits until a service worker of this page is in charge. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((next) => setTimeout(next, 50));
  });
}

test('after one visit it starts without its server, and the demo is there and scored', async ({
  page,
  host,
}) => {
  await page.goto(`${host.url}#demo=off`);
  await expect(page.getByRole('contentinfo')).toContainText('bit-exact');
  await kept(page);
  await host.stop();

  await page.reload();
  await page.getByRole('button', { name: 'Show the demo' }).click();
  await expect(modelPool(page).getByRole('button', { name: /^Expert: / })).toHaveCount(4);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // The first figures say that pictures are decoded and scored; that all come out right, other specs try.
  await expect(page.locator('.headline strong:not(.unknown)')).toHaveText(/%/, {
    timeout: 120_000,
  });
});

test('a newer version is offered, and taken when the user says so', async ({ page, host }) => {
  await page.goto(`${host.url}#demo=off`);
  await expect(page.getByRole('contentinfo')).toContainText('bit-exact');
  await kept(page);

  const index = join(host.folder, 'index.html');
  const newer = readFileSync(index, 'utf8').replace('<html ', '<html data-version="newer" ');
  writeFileSync(index, newer);
  const program = join(host.folder, 'sw.js');
  writeFileSync(
    program,
    readFileSync(program, 'utf8').replace(/"index\.html":"[^"]*"/, '"index.html":"newer"'),
  );

  // It is not taken by itself.
  await page.reload();
  const offer = page.getByRole('article', { name: 'A new version is ready' });
  await expect(offer).toBeVisible();
  await expect(page.locator('html')).not.toHaveAttribute('data-version');
  await page.reload();
  await expect(page.locator('html')).not.toHaveAttribute('data-version');

  await offer.getByRole('button', { name: 'Use it now' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-version', 'newer');
  await expect(offer).toHaveCount(0);
});

test('it can be installed', async ({ page, host }) => {
  await page.goto(`${host.url}#demo=off`);
  const session = await page.context().newCDPSession(page);
  const { data = '', errors } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(JSON.parse(data)).toMatchObject({ name: 'Task Arithmetic Studio', start_url: './' });
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private window, as tests have, installs nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});
