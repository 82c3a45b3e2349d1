import type { Page } from '@playwright/test';
import type { room } from './pages/heads';
import { expectScores, fillStudio, IMAGES, poolFolder, scored } from './support/fixture-pool';
import { recordKinds } from './support/library';
import { type CallRoom, openTestPage } from './support/pages';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const TASKS = 2;

async function complete(call: CallRoom<typeof room>) {
  await expect.poll(async () => (await call('scores'))?.status).toBe('Scored 190 of 190 images');
  return call('scores');
}

test('after a reload the same numbers are there, and neither text nor picture is run again', async ({
  page,
}) => {
  let call = await openTestPage<typeof room>(page, 'heads');
  await call('connect');
  await page.getByLabel('Models').setInputFiles(poolFolder());
  await page.getByLabel('Tasks').setInputFiles(IMAGES);
  await call('add');
  const first = await complete(call);
  expect(await call('textRuns')).toBe(TASKS);
  expect(await call('visionRuns')).toBeGreaterThan(0);

  call = await openTestPage<typeof room>(page, 'heads');
  await call('connect');
  expect(await complete(call)).toEqual(first);
  expect(await call('textRuns')).toBe(0);
  expect(await call('visionRuns')).toBe(0);
});

/** Everything that the status line says from a page's first moment on. */
async function recordStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll('[role=status], .status-text')) {
        if (textContent && !said.includes(textContent)) said.push(textContent);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
}

test('the page keeps heads in its library, and computes none after a reload', async ({ page }) => {
  const said = await recordStatus(page);
  await openStudio(page);
  await fillStudio(page);
  expect((await recordKinds(page)).filter((kind) => kind === 'derived')).toHaveLength(TASKS);

  await page.reload();
  await scored(page);
  await expectScores(page, '0.7');
  const texts = await said();
  expect(texts).toContain('Scored 190 of 190 images');
  expect(texts.filter((text) => text.startsWith('Zero-shot head'))).toEqual([]);
});
