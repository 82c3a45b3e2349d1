import { readFileSync } from 'node:fs';
import { accuracies, fillStudio, percent, scored } from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const parity = readFileSync(new URL('../docs/parity.md', import.meta.url), 'utf8');
const [, section = ''] = parity.split('\n## p8-32\n');

/** The average accuracy of a method that FusionBench and the command line found, both the same: at a scaling factor, with such options. */
function expected(method: string, scalingFactor: string, told = ''): string {
  const rows = (section.split('\n## ')[0] ?? '').split('\n').map((row) => row.split(' | '));
  const row = rows.find(
    ([name, options, factor]) =>
      name === `| \`${method}\`` && factor === scalingFactor && options?.includes(told),
  );
  const [, , , , , average, accuracies] = row ?? [];
  expect(accuracies, `${method} at ${scalingFactor}`).toBe('equal');
  return percent(Number(average));
}

test('methods on matrices are chosen, their slider moves, and the numbers are FusionBench’s', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  for (const [method, title] of [
    ['TaskSingularVectorMerging', 'Task singular vectors (TSV-M)'],
    ['ISO_C_Merge', 'Isotropic merging (Iso-C)'],
  ] as const) {
    const choice = page.getByRole('combobox', { name: 'Method' });
    await choice.selectOption({ label: title });
    // Its own default.
    await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue(
      '1.00',
    );
    for (const factor of ['1', '0.5']) {
      await page.getByRole('slider', { name: 'Scaling factor' }).fill(factor);
      await scored(page);
      await expect
        .poll(async () => (await accuracies(page, 'Average')).Merged)
        .toBe(expected(method, factor));
    }
    await page.getByRole('slider', { name: 'Scaling factor' }).fill('1');
  }
});

test('another method is calibrated with options of its own', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const choice = page.getByRole('combobox', { name: 'Method', exact: true });
  await choice.selectOption({ label: 'Another method, calibrated (SVC)' });
  const base = page.getByRole('combobox', { name: 'base method', exact: true });
  await base.selectOption({ label: 'Task singular vectors (TSV-M)' });
  await expect(page.getByRole('spinbutton', { name: 'base method alpha' })).toHaveValue('1');
  const alpha = page.getByRole('spinbutton', { name: 'alpha', exact: true });
  await alpha.fill('1');
  await alpha.press('Enter');
  await scored(page);
  const method = 'SingularValueCalibrationWithBaseMethod';
  await expect
    .poll(async () => (await accuracies(page, 'Average')).Merged)
    .toBe(expected(method, '', 'TaskSingularVectorMerging'));
});
