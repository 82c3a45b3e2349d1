/** A phone's window: nothing runs out of it, everything can be reached, and the text can be read, light and dark. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import {
  fillStudio,
  fixturePath,
  modelPool,
  scored,
  temporaryFolder,
} from './support/fixture-pool';
import { tabTo } from './support/keyboard';
import { layoutFaults, lowContrast, overflow } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test.use({ viewport: { width: 360, height: 740 } });

/** Fills the page, with a finding that lists many tensors, and unfolds what can be unfolded. */
async function fillAndUnfold(page: Page): Promise<void> {
  await fillStudio(page);
  const misfit = join(temporaryFolder(), 'an-expert-of-another-shape-with-a-long-name');
  cpSync(fixturePath('merge/p16-48/experts/alpha'), misfit, { recursive: true });
  await page.getByLabel('Add checkpoint folder').setInputFiles(misfit);
  await modelPool(page)
    .getByRole('button', { name: /^Expert: an-expert/ })
    .click();
  await modelPool(page).locator('summary').first().click();
  await modelPool(page)
    .getByRole('button', { name: /^Base: / })
    .click();
  const tasks = page.getByRole('region', { name: 'Task pool' });
  await tasks.getByRole('button', { name: /^outlines/ }).click();
  await expect(tasks.getByRole('img').first()).toBeVisible();
  await page.getByRole('checkbox', { name: /^Include an-expert/ }).click();
  await scored(page);
}

/** Every dialog, by what opens it. */
const DIALOGS = [
  { name: 'about', open: (page: Page) => page.getByRole('button', { name: 'About' }) },
  {
    name: 'the curve as a table',
    open: (page: Page) => page.getByRole('button', { name: 'Curve as a table' }),
  },
  {
    name: 'rename a model',
    open: (page: Page) => modelPool(page).getByRole('button', { name: 'Rename' }).first(),
  },
  {
    name: 'classes and prompts',
    open: (page: Page) => page.getByRole('button', { name: 'Edit classes and prompts' }),
  },
  {
    name: 'remove a task',
    open: (page: Page) =>
      page.getByRole('region', { name: 'Task pool' }).getByRole('button', { name: 'Remove' }),
  },
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('empty, filled and in dialogs, the page fits the window and can be read', async ({
      page,
    }) => {
      await openStudio(page);
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      expect(await lowContrast(page)).toEqual([]);

      await fillAndUnfold(page);
      expect.soft(await layoutFaults(page)).toEqual([]);
      expect.soft(await lowContrast(page)).toEqual([]);

      for (const { name, open } of DIALOGS) {
        await open(page).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        expect.soft(await layoutFaults(page), name).toEqual([]);
        expect.soft(await lowContrast(page), name).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      }
    });
  });
}

test('a dialog stays one when the window is turned', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await modelPool(page)
    .getByRole('button', { name: /^Base: / })
    .click();
  await modelPool(page).getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog');
  await page.setViewportSize({ width: 1024, height: 740 });
  // On a wide page the pools come first.
  await expect.poll(() => page.locator('.panels > *').first().getAttribute('class')).toBe('pools');
  await expect(dialog).toBeVisible();
  expect(await dialog.evaluate((element) => element.matches(':modal'))).toBe(true);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('on a wide page the panels scroll, and the page itself does not', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 700 });
  await openStudio(page);
  await fillAndUnfold(page);
  await page
    .getByRole('table', { name: 'Accuracy by task' })
    .getByRole('button', { name: /outlines/ })
    .click();
  await expect(page.getByRole('columnheader', { name: 'Class' })).toBeVisible();
  expect(
    await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight),
  ).toBe(0);
});

test('the measures see what they are for', async ({ page }) => {
  await openStudio(page);
  await page.evaluate(() => {
    const planted = document.createElement('button');
    planted.textContent = 'planted';
    Object.assign(planted.style, { width: '400px', color: '#888', backgroundColor: '#999' });
    document.querySelector('.studio')?.prepend(planted);
  });
  expect(await overflow(page)).toEqual([
    expect.stringMatching(/^the document is \d+ px wide$/),
    expect.stringContaining('planted'),
  ]);
  expect(await lowContrast(page)).toEqual([expect.stringMatching(/^1\.\d+: <button .*planted$/)]);
});

test('every control that people and programs rely on is reached by Tab', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  for (const label of [
    'Add checkpoints',
    'Add checkpoint folder',
    'Add task images',
    'Add task folder',
  ]) {
    await tabTo(page, page.getByLabel(label));
  }
  await tabTo(page, page.getByRole('slider', { name: 'Scaling factor' }));
  await tabTo(page, page.getByRole('spinbutton', { name: 'Scaling factor value' }));
  for (const name of ['Download report', 'Download merged model']) {
    await tabTo(page, page.getByRole('button', { name }));
  }
  await tabTo(page, page.getByRole('combobox', { name: 'Engine' }));
  await tabTo(page, page.getByRole('button', { name: /^Sweep/ }));
  await page.keyboard.press('Enter');
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await expect(stop).toBeVisible();
  await page.keyboard.press('Shift+Tab');
  await expect(stop).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: /^Stopped/ })).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: 'Go to the scaling factor' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('slider', { name: 'Scaling factor' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await scored(page);
});
