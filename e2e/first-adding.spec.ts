/** What adding asks of the browser, and what becomes of a drop that does not fit. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { fixturePath, POOL, poolFolder, temporaryFolder } from './support/fixture-pool';
import { listedNames, storedLibrary } from './support/library';
import { writePaddedModel } from './support/padded-model';
import { row } from './support/pool-rows';
import { profileTest } from './support/profile';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

declare global {
  var persistAsked: number;
}

/** Counts how often the page asks the browser to keep its storage; asked after a reload as well, from 0. */
async function countAsking(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    globalThis.persistAsked = 0;
    const persist = StorageManager.prototype.persist;
    StorageManager.prototype.persist = function (this: StorageManager) {
      globalThis.persistAsked++;
      return persist.call(this);
    };
  });
  return () => page.evaluate(() => globalThis.persistAsked);
}

test('the browser is asked to keep the library when the user first adds something, and not for the demo', async ({
  page,
}) => {
  const asked = await countAsking(page);
  await page.goto('/');
  await expect(row(page, 'Expert', 'mnist')).toBeVisible({ timeout: 90_000 });
  await expect
    .poll(async () => (await page.evaluate(listedNames)).tasks.length, { timeout: 90_000 })
    .toBe(4);
  expect(await asked()).toBe(0);

  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  await expect(row(page, 'Expert', 'surfaces')).toBeVisible();
  expect(await asked()).toBe(1);
  await page.getByLabel('Add task folder').setInputFiles(fixturePath('scoring/images'));
  await expect
    .poll(async () => (await page.evaluate(listedNames)).tasks)
    .toEqual(['outlines', 'surfaces']);
  expect(await asked()).toBe(1);
});

profileTest(
  'when the disk is full at the second of three models, each that was not added is named',
  async ({ page, baseURL }) => {
    const folder = join(temporaryFolder(), 'three');
    const base = fixturePath(`${POOL}/base`);
    cpSync(base, join(folder, 'a-first'), { recursive: true });
    writePaddedModel(join(folder, 'b-large'), 200e6);
    cpSync(base, join(folder, 'c-last'), { recursive: true });
    // Before the page opens: for a while Chromium grants what it found to be free at the first write.
    const session = await page.context().newCDPSession(page);
    const origin = new URL(baseURL ?? '').origin;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100e6 });
    await openStudio(page);
    await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
    const refused = page.getByRole('article', { name: 'Not added: b-large', exact: true });
    await expect(refused).toContainText(
      "b-large needs 201 MB and the browser's storage is full. Nothing of it was kept.",
    );
    const notReached = page.getByRole('article', { name: 'Note: c-last', exact: true });
    await expect(notReached).toContainText(
      'c-last was not added, because the import ended at b-large. Add it again.',
    );
    await expect(row(page, 'Base', 'a-first')).toBeVisible();
    expect((await page.evaluate(listedNames)).models).toEqual(['a-first']);
    expect(await storedLibrary(page)).toMatchObject({ models: ['a-first'], leftovers: [] });

    await page.reload();
    await expect(row(page, 'Base', 'a-first')).toBeVisible();
    expect((await page.evaluate(listedNames)).models).toEqual(['a-first']);
  },
);
