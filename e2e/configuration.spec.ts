import { readFileSync } from 'node:fs';
import {
  accuracies,
  expectedScores,
  fillStudio,
  percent,
  scored,
  setScalingFactor,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('a configuration is downloaded, dropped back, and brings the same numbers', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await setScalingFactor(page, '0.3');
  const downloading = page.waitForEvent('download');
  await page.getByLabel('Download configuration').selectOption('fusion_bench');
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
