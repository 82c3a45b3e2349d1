/** How alike the task vectors are, and coefficients that were learned elsewhere: from real files, through the real page. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { violations } from './support/axe';
import { download } from './support/downloads';
import { fillStudio, fixturePath, modelPool, percent, scored } from './support/fixture-pool';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

async function openRelations(page: Page): Promise<Locator> {
  await openStudio(page);
  await fillStudio(page);
  await modelPool(page).getByRole('button', { name: 'Compare task vectors' }).press('Enter');
  return page.getByRole('dialog', { name: 'How the experts relate' });
}

test('task vectors are compared in a table that is copied and downloaded as FusionBench writes it', async ({
  page,
}) => {
  const dialog = await openRelations(page);
  const table = dialog.getByRole('grid', { name: 'Cosines between task vectors' });
  await expect(table.getByRole('rowheader')).toHaveText(['outlines', 'surfaces']);
  await expect(table.getByRole('gridcell')).toHaveText(['1.000', '0.037', '0.037', '1.000']);

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

interface Numbers {
  readonly layers: Readonly<
    Record<string, { elements: number; pretrainedNorm: number; norms: number[]; conflicts: number }>
  >;
  readonly matrices: Readonly<Record<string, { directions: number[]; overlaps: number[][] }>>;
}
const { layers, matrices } = JSON.parse(
  readFileSync(fixturePath('relations/p8-32/numbers.json'), 'utf8'),
) as Numbers;

test('norms, signs, spectra and overlaps are NumPy’s, by keyboard alone', async ({ page }) => {
  const dialog = await openRelations(page);
  const tabs = dialog.getByRole('tablist', { name: 'How the experts relate' });
  await tabs.getByRole('tab', { name: 'Cosines' }).press('ArrowRight');
  await expect(tabs.getByRole('tab', { name: 'Norms' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^embeddings, outlines: /);
  const { norms = [], pretrainedNorm = 0 } = layers.embeddings ?? {};
  await page.keyboard.press('ArrowRight');
  await expect(page.locator(':focus')).toHaveAccessibleName(
    `embeddings, surfaces: ${norms[1]?.toPrecision(4)}, ${percent((norms[1] ?? 0) / pretrainedNorm)} of the base’s`,
  );
  await page.keyboard.press('Control+End');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^all, surfaces: /);
  await expect(dialog.locator('.heat-readout')).toHaveText(/^all, surfaces: /);

  await tabs.getByRole('tab', { name: 'Norms' }).press('ArrowRight');
  const signs = dialog.getByRole('grid', { name: 'Sign conflicts by layer' });
  for (const [layer, { conflicts, elements }] of Object.entries(layers)) {
    const share = percent(conflicts / elements);
    await expect(
      signs.getByRole('gridcell', { name: `${layer}, Signs disagree: ${share}` }),
    ).toHaveText(share);
  }

  await tabs.getByRole('tab', { name: 'Signs' }).press('ArrowRight');
  await dialog.getByRole('button', { name: 'Compute directions' }).press('Enter');
  const spectra = dialog.getByRole('grid', { name: 'Directions by matrix' });
  await expect(spectra.getByRole('row')).toHaveCount(Object.keys(matrices).length + 1);
  const [tensor = '', { directions }] = Object.entries(matrices).at(-1) ?? ['', { directions: [] }];
  const cells = spectra.getByRole('gridcell', { name: `${tensor}, ` });
  await expect(cells).toHaveText(directions.map(String));
  await cells.first().focus();
  await expect(dialog.getByRole('img', { name: `Singular values of ${tensor}` })).toBeVisible();

  await tabs.getByRole('tab', { name: 'Spectra' }).press('ArrowRight');
  const overlaps = dialog.getByRole('grid', { name: 'Overlap of the experts’ directions' });
  const all = Object.values(matrices).map(({ overlaps: of }) => of[0]?.[1] ?? Number.NaN);
  const mean = percent(all.reduce((sum, value) => sum + value, 0) / all.length);
  await expect(overlaps.getByRole('gridcell')).toHaveText(['100.0 %', mean, mean, '100.0 %']);

  await page.keyboard.press('Escape');
  await expect(modelPool(page).getByRole('button', { name: 'Compare task vectors' })).toBeFocused();
  const report = await download(page, 'Download report');
  const { relations } = JSON.parse(report.bytes.toString()).task_arithmetic_studio;
  expect(relations.experts).toEqual(['outlines', 'surfaces']);
  expect(relations.directions.matrices).toHaveLength(all.length);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every view can be read, on a phone as well, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const dialog = await openRelations(page);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const name of ['Cosines', 'Norms', 'Signs', 'Spectra', 'Overlap']) {
      await dialog.getByRole('tab', { name }).click();
      const compute = dialog.getByRole('button', { name: 'Compute directions' });
      if (name === 'Spectra') await compute.click();
      await expect(dialog.getByRole('grid')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      expect(await lowContrast(page)).toEqual([]);
      expect(await layoutFaults(page)).toEqual([]);
    }
  });
}

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
