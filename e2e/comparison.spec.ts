import type { Page } from '@playwright/test';
import { download } from './support/downloads';
import { boxesOf, boxOf } from './support/drawn';
import { fillStudio, scored } from './support/fixture-pool';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const panel = (page: Page) => page.getByRole('region', { name: 'Choose and report' });
const table = (page: Page) => panel(page).getByRole('table', { name: /^Methods compared/ });
const factor = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });
const method = (page: Page) => page.getByRole('combobox', { name: 'Method' });

test('methods are compared row by row, one is used in one step, and it fits', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await scored(page);
  // By keyboard alone.
  await panel(page).getByRole('button', { name: 'Compare methods' }).focus();
  await page.keyboard.press('Enter');
  await expect(table(page).getByRole('row').nth(2)).toBeVisible();
  await expect(panel(page).getByRole('button', { name: 'Find the best λ' })).toBeDisabled();
  await expect(
    panel(page).getByRole('button', { name: 'Compare methods' }),
    'it is done',
  ).toBeEnabled({ timeout: 120_000 });
  await expect(panel(page)).toContainText(
    'Each method at the λ with the least loss on 95 pictures; every accuracy is of 95 others.',
  );
  await expect(panel(page)).toContainText('No pictures of outlines, surfaces are set apart');
  for (const title of ['Pretrained', 'Each task’s own expert', 'Ensemble of the experts’ logits']) {
    await expect(table(page).getByRole('rowheader', { name: title })).toBeVisible();
  }
  await expect(table(page).getByRole('rowheader', { name: /least loss to choose by/ })).toHaveCount(
    1,
  );
  await scored(page);

  const [before, at] = [await method(page).inputValue(), await factor(page).inputValue()];
  const row = table(page).getByRole('row').filter({ hasText: 'TIES-Merging' }).first();
  const own = /λ = (\S+)/.exec((await row.getByRole('rowheader').textContent()) ?? '')?.[1] ?? '';
  await row.getByRole('button', { name: /^Use/ }).click();
  await expect(method(page)).toHaveValue('TiesMergingAlgorithm');
  await expect(factor(page)).toHaveValue(own.slice(0, 4));
  await expect(row.getByRole('button', { name: /^In use/ })).toBeFocused();
  await scored(page);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(method(page)).toHaveValue(before);
  await expect(factor(page)).toHaveValue(at);

  const { name, bytes } = await download(page, 'Download as CSV');
  expect(name).toBe('comparison.csv');
  const lines = bytes.toString().trimEnd().split('\r\n');
  expect(lines.length).toBe(await table(page).getByRole('row').count());

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await panel(page).scrollIntoViewIfNeeded();
      expect(await layoutFaults(page)).toEqual([]);
      expect(await lowContrast(page)).toEqual([]);
      const outer = await boxOf(panel(page));
      for (const box of await boxesOf(panel(page).locator('button, table, p'))) {
        expect(box.x + box.width).toBeLessThanOrEqual(outer.x + outer.width + 0.5);
      }
      if (process.env.SHOTS) {
        await panel(page).screenshot({ path: `${process.env.SHOTS}/${colorScheme}-${width}.png` });
      }
    }
  }
});
