/** How alike the task vectors are, and coefficients that were learned elsewhere: from real files, through the real page. */
import { readFileSync } from 'node:fs';
import { download } from './support/downloads';
import { fillStudio, fixturePath, modelPool, scored } from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('task vectors are compared in a table that is copied and downloaded as FusionBench writes it', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await modelPool(page).getByRole('button', { name: 'Compare task vectors' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cosines between task vectors' });
  const table = dialog.getByRole('table', { name: 'Cosines between task vectors' });
  await expect(table.getByRole('rowheader')).toHaveText(['outlines', 'surfaces']);
  await expect(table.getByRole('cell')).toHaveText(['', '1.000', '0.037', '0.037', '1.000']);

  const { name, bytes } = await download(page, 'Download as CSV');
  expect(name).toBe('task_vector_cos_similarity.csv');
  const file = 'relations/p8-32/task_vector_cos_similarity.csv';
  const numbers = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split(',').slice(1).map(Number));
  const expected = numbers(readFileSync(fixturePath(file), 'utf8'));
  for (const [i, value] of numbers(bytes.toString()).entries()) {
    expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(1e-12);
  }
});

test('coefficients for every tensor come from the file that FusionBench saved', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await page.getByRole('combobox', { name: 'Method' }).selectOption('Layer-wise coefficients');
  await expect(page.getByText('2 experts, all tensors alike, 0.30')).toBeVisible();
  await page
    .getByLabel('Load coefficients')
    .setInputFiles(fixturePath('methods/merging_weights-p8-32.pt'));
  await expect(page.getByText(/2 experts × 39 tensors/)).toBeVisible();
  await scored(page);
});
