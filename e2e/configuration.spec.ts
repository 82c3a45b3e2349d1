import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { dropFiles } from './support/drop';
import {
  accuracies,
  expectedScores,
  expectScores,
  fillStudio,
  fixturePath,
  percent,
  scored,
  setScalingFactor,
  temporaryFolder,
} from './support/fixture-pool';
import { order, row } from './support/pool-rows';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('a configuration is downloaded, dropped back, and brings the same numbers', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await setScalingFactor(page, '0.3');
  const downloading = page.waitForEvent('download');
  await page.getByLabel('Format of the configuration').selectOption('fusion_bench');
  await page.getByRole('button', { name: 'Download configuration' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('task_arithmetic.yaml');
  const yaml = readFileSync(await download.path(), 'utf8');
  expect(yaml).toContain('_target_: fusion_bench.method.TaskArithmeticAlgorithm');
  expect(yaml).toContain('scaling_factor: 0.3');

  await setScalingFactor(page, '1');
  await page.getByLabel('Open configuration').setInputFiles({
    name: 'task_arithmetic.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(yaml),
  });
  await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue('0.30');
  await scored(page);
  const expected = expectedScores.models['merged@0.3']?.average.accuracy;
  expect((await accuracies(page, 'Average')).Merged).toBe(percent(expected));
});

/** TIES with options of one's own, the experts in another order than their names'. */
async function expectTies(page: Page, mergeFunction: string): Promise<void> {
  const field = (name: string) => page.getByRole('spinbutton', { name });
  const method = page.getByRole('combobox', { name: 'Method' });
  await expect(method).toHaveValue('TiesMergingAlgorithm');
  await expect(field('threshold')).toHaveValue('35');
  await expect(page.getByRole('combobox', { name: 'merge func' })).toHaveValue(mergeFunction);
  await expect(field('Scaling factor value')).toHaveValue('0.60');
  expect(await order(page)).toEqual(['Base: base', 'Expert: surfaces', 'Expert: outlines']);
  await scored(page);
}

const MERGEKIT = `
merge_method: ties
base_model: models/base
models:
  - model: models/surfaces
  - model: models/outlines
parameters: { weight: 0.6, density: 0.35, normalize: false }
`;

test('configurations of FusionBench and mergekit are dropped on the page', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await setScalingFactor(page, '0.3');
  await dropFiles(page, fixturePath('scoring/program/clip_task_arithmetic.yaml'));
  await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue('0.70');
  await scored(page);
  await expectScores(page, '0.7');

  const file = join(temporaryFolder(), 'ties.yml');
  writeFileSync(file, MERGEKIT);
  await dropFiles(page, file);
  await expectTies(page, 'sum');
});

test('both formats bring back a method, its options and the order', async ({ page }) => {
  test.slow();
  await openStudio(page);
  await fillStudio(page);
  const method = page.getByRole('combobox', { name: 'Method' });
  const threshold = page.getByRole('spinbutton', { name: 'threshold' });
  await row(page, 'Expert', 'outlines').press('Alt+ArrowDown');
  await method.selectOption('TiesMergingAlgorithm');
  await threshold.fill('35');
  await threshold.press('Enter');
  await page.getByRole('combobox', { name: 'merge func' }).selectOption('mean');
  await setScalingFactor(page, '0.6');
  await expectTies(page, 'mean');
  const average = (await accuracies(page, 'Average')).Merged;

  for (const format of ['fusion_bench', 'mergekit']) {
    const downloading = page.waitForEvent('download');
    await page.getByLabel('Format of the configuration').selectOption(format);
    await page.getByRole('button', { name: 'Download configuration' }).click();
    const download = await downloading;
    const file = join(temporaryFolder(), download.suggestedFilename());
    await download.saveAs(file);

    await method.selectOption('MagMaxAlgorithm');
    await row(page, 'Expert', 'outlines').press('Alt+ArrowUp');
    await setScalingFactor(page, '1');
    await dropFiles(page, file);
    await expectTies(page, 'mean');
    expect((await accuracies(page, 'Average')).Merged).toBe(average);
  }
});

test('a wrong key in a configuration is answered with the right one', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await page.getByLabel('Open configuration').setInputFiles({
    name: 'wrong.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(
      'method: { _target_: fusion_bench.method.TaskArithmeticAlgorithm, scale_factor: 0.5 }',
    ),
  });
  await expect(page.getByText(/scaling_factor/).first()).toBeVisible();
});

test('another method is chosen, with its options, and averages have no slider', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  const method = page.getByRole('combobox', { name: 'Method' });
  await method.selectOption('TiesMergingAlgorithm');
  const threshold = page.getByRole('spinbutton', { name: 'threshold' });
  await expect(threshold).toHaveValue('20');
  await scored(page);
  await method.selectOption('SimpleAverageAlgorithm');
  await expect(page.getByRole('slider', { name: 'Scaling factor' })).toBeDisabled();
  await scored(page);
  // The average of the two experts is task arithmetic at one half, up to rounding.
  const average = (await accuracies(page, 'Average')).Merged;
  const half = expectedScores.models['merged@0.5']?.average.accuracy;
  expect(average).toBe(percent(half));
});
