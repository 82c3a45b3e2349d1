/** Bad files, a full disk, an import that is stopped: each is said by name, and the rest keeps working. */
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Page } from '@playwright/test';
import { zipSync } from 'fflate';
import {
  accuracies,
  accuracyTable,
  expectedScores,
  expectScores,
  fillStudio,
  fixturePath,
  modelPool,
  percent,
  poolFolder,
  scored,
  taskFolder,
  temporaryFolder,
} from './support/fixture-pool';
import { holdNextImport, recordKinds } from './support/library';
import { writePaddedModel } from './support/padded-model';
import { profileTest } from './support/profile';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const TASK = 'outlines';

async function addPool(page: Page): Promise<void> {
  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  await expect(modelPool(page).getByText('surfaces').first()).toBeVisible();
}

/** Waits until the one task is scored, and holds it to FusionBench's accuracies. */
async function expectTaskScores(page: Page): Promise<void> {
  await expect(
    page.getByRole('status').filter({ hasText: 'Scored 40 of 40 images' }),
  ).toBeVisible();
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false');
  const { models } = expectedScores;
  expect(await accuracies(page, TASK)).toEqual({
    Pretrained: percent(models.base?.tasks[TASK]?.accuracy),
    Merged: percent(models['merged@0.7']?.tasks[TASK]?.accuracy),
    Expert: percent(models[TASK]?.tasks[TASK]?.accuracy),
  });
}

const notice = (page: Page, title: string | RegExp) =>
  page.getByRole('article', { name: title, exact: true });

test('a picture that cannot be read and a file that is none are named; the rest is scored', async ({
  page,
}) => {
  const folder = taskFolder(TASK);
  writeFileSync(join(folder, TASK, 'circle', 'notes.txt'), 'no picture');
  const broken = join(folder, TASK, 'ring', 'broken.png');
  cpSync(join(folder, TASK, 'ring', '000.png'), broken);
  truncateSync(broken, Math.floor(readFileSync(broken).length / 2));

  await openStudio(page);
  await addPool(page);
  await page.getByLabel('Add task folder').setInputFiles(folder);
  await expectTaskScores(page);
  const skipped = page.getByRole('article', { name: 'Please check' });
  await expect(skipped).toContainText('One file was left out of the tasks.');
  await expect(skipped.locator('pre')).toContainText('notes.txt');

  const tasks = page.getByRole('region', { name: 'Task pool' });
  await tasks.getByRole('button', { name: new RegExp(`^${TASK}`) }).click();
  const finding = tasks.locator('.finding.warning');
  await expect(finding).toContainText('These pictures cannot be read');
  // Once, though three models were scored on it.
  await expect(finding.locator('pre')).toHaveText(
    /^ring\/broken\.png: The PNG is cut short[^\n]*$/,
  );
});

test('a zip of a task folder is a task', async ({ page }) => {
  const folder = taskFolder(TASK);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const zip = zipSync(
    Object.fromEntries(
      files.map((file) => [relative(folder, file), new Uint8Array(readFileSync(file))]),
    ),
  );
  await openStudio(page);
  await addPool(page);
  const buffer = Buffer.from(zip);
  await page
    .getByLabel('Add task images')
    .setInputFiles({ name: 'tasks.zip', mimeType: 'application/zip', buffer });
  await expectTaskScores(page);
});

test('an expert of another shape is listed tensor by tensor and kept out of the merge', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  const folder = join(temporaryFolder(), 'alpha');
  cpSync(fixturePath('merge/p16-48/experts/alpha'), folder, { recursive: true });
  await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
  await modelPool(page).getByRole('button', { name: 'Expert: alpha' }).click();
  const finding = modelPool(page).locator('.finding.error');
  await expect(finding).toContainText('alpha does not fit base');
  await expect(finding.locator('pre')).toContainText(
    'embeddings.patch_embedding.weight: shape [64, 3, 16, 16], expected [64, 3, 8, 8]',
  );
  await expect(page.getByRole('button', { name: 'Download merged model' })).toBeDisabled();

  await page.getByRole('checkbox', { name: 'Include alpha in the merge' }).click();
  await expect(page.getByRole('button', { name: 'Download merged model' })).toBeEnabled();
  // Three experts were in the pool for a moment; the scaling factor is again the default of two.
  await scored(page);
  await expectScores(page, '0.7');
});

test('an import that is stopped leaves nothing behind', async ({ page }) => {
  await openStudio(page);
  const empty = await recordKinds(page);
  const release = await holdNextImport(page);
  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  const jobs = page.getByRole('list', { name: 'Work in progress' });
  await expect(jobs).toContainText('Importing base');
  await jobs.getByRole('button', { name: /^Stop/ }).click();
  await release();
  await expect(notice(page, 'Note: base')).toContainText(
    'The import of base was stopped; nothing of it was kept.',
  );
  await expect(jobs).toBeHidden();
  await expect(modelPool(page).getByRole('listitem')).toHaveCount(0);
  expect((await recordKinds(page)).filter((kind) => kind !== 'setting')).toEqual(
    empty.filter((kind) => kind !== 'setting'),
  );
  // It can be added again.
  await addPool(page);
});

profileTest(
  'a full disk is said with what was needed, and nothing half is kept',
  async ({ page, baseURL }) => {
    const folder = join(temporaryFolder(), 'large');
    writePaddedModel(folder, 200e6);
    // Before the page opens: for a while Chromium grants what it found to be free at the first write.
    const session = await page.context().newCDPSession(page);
    const origin = new URL(baseURL ?? '').origin;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100e6 });
    await openStudio(page);
    await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
    const refusal = notice(page, 'Not added: large');
    await expect(refusal).toContainText(
      "large needs 201 MB and the browser's storage is full. Nothing of it was kept.",
    );
    await expect(refusal).toContainText(/so [\d.]+ [kMGT]?B are available/);
    await expect(refusal).toContainText('Remove models or image sets from the library');
    await expect(modelPool(page).getByRole('listitem')).toHaveCount(0);
    expect((await recordKinds(page)).filter((kind) => kind !== 'setting')).toEqual([]);

    // What is small enough still finds its place.
    await addPool(page);
  },
);
