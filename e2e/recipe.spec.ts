/** A merged file remembers how it was made: added again, it brings back what made it, to the last byte. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { download, tensorHashes } from './support/downloads';
import {
  fillStudio,
  modelPool,
  scored,
  setScalingFactor,
  temporaryFolder,
} from './support/fixture-pool';
import { order, row } from './support/pool-rows';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const OPTIONS = { 'sparsity ratio': '0.25', seed: '7', threshold: '40' };

const methodField = (page: Page) => page.getByRole('combobox', { name: 'Method' });
const included = (page: Page, name: string) =>
  page.getByRole('checkbox', { name: `Include ${name} in the merge` });

async function setNumber(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByRole('spinbutton', { name, exact: true });
  await field.fill(value);
  await field.press('Enter');
}

const setWeight = (page: Page, name: string, value: string) =>
  setNumber(page, `Weight of ${name}`, value);

/** Base, order, weights, method, options and scaling factor that no default is equal to. */
async function chooseRecipe(page: Page): Promise<void> {
  await row(page, 'Expert', 'outlines').press('Alt+ArrowDown');
  await setWeight(page, 'surfaces', '0.5');
  await setWeight(page, 'outlines', '1.25');
  await methodField(page).selectOption('DareTiesMerging');
  for (const [name, value] of Object.entries(OPTIONS)) await setNumber(page, name, value);
  await page.getByRole('combobox', { name: 'merge func' }).selectOption('mean');
  await page.getByRole('checkbox', { name: 'rescale' }).click();
  await setScalingFactor(page, '0.85');
}

async function expectRecipe(page: Page): Promise<void> {
  await expect
    .poll(() => order(page))
    .toEqual([
      'Base: base',
      'Expert: surfaces × 0.50',
      'Expert: outlines × 1.25',
      'Expert: merged',
    ]);
  await expect(included(page, 'surfaces')).toBeChecked();
  await expect(included(page, 'outlines')).toBeChecked();
  await expect(included(page, 'merged')).not.toBeChecked();
  await expect(methodField(page)).toHaveValue('DareTiesMerging');
  for (const [name, value] of Object.entries(OPTIONS)) {
    await expect(page.getByRole('spinbutton', { name, exact: true })).toHaveValue(value);
  }
  await expect(page.getByRole('combobox', { name: 'merge func' })).toHaveValue('mean');
  await expect(page.getByRole('checkbox', { name: 'rescale' })).not.toBeChecked();
  await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue('0.85');
}

/** Downloads the merged model and keeps it as a file of that name on this disk. */
async function downloadModel(
  page: Page,
): Promise<{ path: string; hashes: Record<string, string> }> {
  const { bytes } = await download(page, 'Download merged model');
  const path = join(temporaryFolder(), 'merged.safetensors');
  writeFileSync(path, bytes);
  return { path, hashes: tensorHashes(bytes) };
}

test('a merged file brings back base, order, weights, method, options and scaling factor', async ({
  page,
}) => {
  test.slow();
  await openStudio(page);
  await fillStudio(page);
  await chooseRecipe(page);
  const first = await downloadModel(page);

  // Everything is changed, and the page begins anew.
  await methodField(page).selectOption('TaskArithmeticAlgorithm');
  await setScalingFactor(page, '0.3');
  await setWeight(page, 'outlines', '1');
  await included(page, 'surfaces').click();
  await expect(included(page, 'surfaces')).not.toBeChecked();
  await row(page, 'Expert', 'outlines').click();
  await modelPool(page).getByRole('button', { name: 'Use as base' }).click();
  await expect(row(page, 'Base', 'outlines')).toBeVisible();
  await scored(page);
  await page.reload();
  await page.getByLabel('Add checkpoints').setInputFiles(first.path);
  await row(page, 'Expert', 'merged').click();
  await modelPool(page).getByRole('button', { name: 'Restore this recipe' }).click();

  await expectRecipe(page);
  await scored(page);
  expect((await downloadModel(page)).hashes).toEqual(first.hashes);
});

test('a recipe whose experts are gone says which models to add', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const { path } = await downloadModel(page);
  await row(page, 'Expert', 'surfaces').click();
  await modelPool(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Add checkpoints').setInputFiles(path);
  await row(page, 'Expert', 'merged').click();
  await modelPool(page).getByRole('button', { name: 'Restore this recipe' }).click();
  await expect(
    page.getByRole('article', { name: 'These models do not fit together' }),
  ).toContainText('The recipe needs models that are not in the library: surfaces. Add them');
  // What is on the page stays as it was.
  await expect
    .poll(() => order(page))
    .toEqual(['Base: base', 'Expert: outlines', 'Expert: merged']);
  await expect(included(page, 'merged')).toBeChecked();
});
