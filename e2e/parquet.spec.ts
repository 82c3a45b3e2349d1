/** Data sets in Parquet files, as the `datasets` library writes them, become tasks with FusionBench's scores. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { dropFiles } from './support/drop';
import {
  addModels,
  expectScores,
  expectSurfaces,
  fixtureJson,
  fixturePath,
  scored,
  temporaryFolder,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const SURFACES = fixturePath('parquet/scored/surfaces.parquet');

async function openWithPool(page: Page): Promise<void> {
  await openStudio(page);
  await addModels(page);
}

const taskPool = (page: Page) => page.getByRole('region', { name: 'Task pool' });

test('a Parquet file is a task of its name, with the classes that its schema names', async ({
  page,
}) => {
  await openWithPool(page);
  await page.getByLabel('Add task images').setInputFiles(SURFACES);
  const row = taskPool(page).getByRole('button', { name: /^surfaces/ });
  await expect(row).toContainText('150 images · 5 classes');
  await expectSurfaces(page);
  await row.click();
  const names = fixtureJson<Record<string, { classnames: string[] }>>('scoring/images/tasks.json');
  await expect(taskPool(page)).toContainText(names.surfaces?.classnames.join(', ') ?? '');
  await expect(taskPool(page).getByRole('img').first()).toHaveAttribute('src', /^blob:/);
});

test('Parquet files and a folder of shards are dropped; the test split is taken', async ({
  page,
}) => {
  const folder = join(temporaryFolder(), 'outlines');
  cpSync(fixturePath('parquet/scored/outlines'), folder, { recursive: true });
  cpSync(
    fixturePath('parquet/digits/data/train-00000-of-00001.parquet'),
    `${folder}/data/train-00000-of-00001.parquet`,
  );
  const { outlines } = fixtureJson<Record<string, { templates: string[] }>>(
    'scoring/images/tasks.json',
  );
  writeFileSync(
    join(folder, 'tasks.json'),
    JSON.stringify({ outlines: { templates: outlines?.templates } }),
  );

  await openWithPool(page);
  await dropFiles(page, SURFACES, folder);
  await scored(page);
  await expectScores(page, '0.7');
  await expect(page.getByRole('article', { name: 'Please check' })).toContainText(
    'outlines/data/train-00000-of-00001.parquet: the split "test" of outlines is taken',
  );
});

test('a Parquet file that is cut off or holds no pictures is refused by name, with a remedy', async ({
  page,
}) => {
  const cut = join(temporaryFolder(), 'cut.parquet');
  const whole = readFileSync(SURFACES);
  writeFileSync(cut, whole.subarray(0, whole.length / 2));
  const without = fixturePath('parquet/no-pictures.parquet');

  await openWithPool(page);
  await page.getByLabel('Add task images').setInputFiles(cut);
  const refusal = page.getByRole('article', { name: 'This file cannot be used' });
  await expect(refusal).toContainText('cut.parquet: The Parquet file is damaged');
  await expect(refusal).toContainText('Download it again');

  await page.getByLabel('Add task images').setInputFiles([cut, without, SURFACES]);
  await expectSurfaces(page);
  const lines = page.getByRole('article', { name: 'Please check' }).locator('pre');
  await expect(lines).toContainText(/cut\.parquet: .* Download it again/);
  await expect(lines).toContainText(/no-pictures\.parquet: No column of pictures .* Name them/);
});
