/** The reference's pool and tasks, put into the page as a user would, and what FusionBench says of them. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

const FIXTURES = new URL('../../reference/fixtures/', import.meta.url);
export const POOL = 'merge/p8-32';
export const IMAGES = fixturePath('scoring/images');
/** Pictures of both tasks together. */
export const IMAGE_COUNT = 190;

export function fixturePath(path: string): string {
  return fileURLToPath(new URL(path, FIXTURES));
}

export function fixtureJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8')) as T;
}

interface Scores {
  readonly tasks: Readonly<Record<string, { readonly labels: readonly number[] }>>;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly average: { readonly accuracy: number };
        readonly tasks: Readonly<
          Record<string, { readonly accuracy: number; readonly predictions: readonly number[] }>
        >;
      }
    >
  >;
}

/** FusionBench's scores of the pool on the tasks. */
export const expectedScores = fixtureJson<Scores>('scoring/expected.json');

const temporary: string[] = [];
process.once('exit', () => {
  for (const made of temporary) rmSync(made, { recursive: true, force: true });
});

/**
 * A new folder for this run of a spec. It stays until the process ends: in Playwright's private contexts Chromium keeps
 * an imported file by reference to the chosen one.
 */
export function temporaryFolder(): string {
  const made = mkdtempSync(`${tmpdir()}/studio-`);
  temporary.push(made);
  return made;
}

let folder: string | undefined;

/** A folder that holds base and experts and nothing else. */
export function poolFolder(): string {
  if (folder !== undefined) return folder;
  folder = temporaryFolder();
  for (const part of ['base', 'experts']) {
    cpSync(fixturePath(`${POOL}/${part}`), `${folder}/${part}`, { recursive: true });
  }
  return folder;
}

/** A folder that holds one of the tasks, with its class names and templates. */
export function taskFolder(task: string): string {
  const made = temporaryFolder();
  cpSync(`${IMAGES}/${task}`, `${made}/${task}`, { recursive: true });
  const all = fixtureJson<Record<string, unknown>>('scoring/images/tasks.json');
  writeFileSync(`${made}/tasks.json`, JSON.stringify({ [task]: all[task] }));
  return made;
}

/** Adds the pool's models and waits until they are listed. */
export async function addModels(page: Page): Promise<void> {
  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  await expect(modelPool(page).getByText('surfaces').first()).toBeVisible();
}

/** Adds the pool and its tasks through the page's own inputs and waits until everything is scored. */
export async function fillStudio(page: Page): Promise<void> {
  await addModels(page);
  await page.getByLabel('Add task folder').setInputFiles(IMAGES);
  await scored(page);
}

/** A GPU made of software, on a machine that does other things too. */
export const SLOW_GPU_MS = 300_000;

/** Waits for the status that alone means done. */
export async function scored(page: Page): Promise<void> {
  const done = `Scored ${IMAGE_COUNT} of ${IMAGE_COUNT} images`;
  await expect(page.getByRole('status').filter({ hasText: done })).toBeVisible({
    timeout: SLOW_GPU_MS,
  });
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false');
}

export function modelPool(page: Page) {
  return page.getByRole('region', { name: 'Model pool' });
}

export function accuracyTable(page: Page) {
  return page.getByRole('table', { name: 'Accuracy by task' });
}

/** Types a scaling factor and waits until it is scored. */
export async function setScalingFactor(page: Page, value: string): Promise<void> {
  const field = page.getByRole('spinbutton', { name: 'Scaling factor value' });
  await field.fill(value);
  await field.press('Enter');
  await scored(page);
}

/** A row's accuracies as the page shows them, in percent, by column. */
export async function accuracies(page: Page, row: string): Promise<Record<string, string>> {
  const table = accuracyTable(page);
  const headers = await table.locator('thead th').allInnerTexts();
  const cells = await table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: row }) })
    .locator('th, td')
    .allInnerTexts();
  const columns = ['Pretrained', 'Merged', 'Expert'];
  return Object.fromEntries(
    columns.map((column) => {
      const cell = cells[headers.findIndex((header) => header.trim() === column)] ?? '';
      return [column, /-?[\d.]+ %/.exec(cell)?.[0] ?? cell];
    }),
  );
}

/** An accuracy of FusionBench's as the page writes it. */
export function percent(accuracy: number | undefined): string {
  return `${(100 * (accuracy ?? Number.NaN)).toFixed(1)} %`;
}

/** The pretrained, merged and expert columns of a task, as FusionBench scores them. */
async function expectTask(page: Page, task: string, scalingFactor: string): Promise<void> {
  const { models } = expectedScores;
  expect(await accuracies(page, task)).toEqual({
    Pretrained: percent(models.base?.tasks[task]?.accuracy),
    Merged: percent(models[`merged@${scalingFactor}`]?.tasks[task]?.accuracy),
    Expert: percent(models[task]?.tasks[task]?.accuracy),
  });
}

/** The columns of both tasks and the average, as FusionBench scores them. */
export async function expectScores(page: Page, scalingFactor: string): Promise<void> {
  for (const task of ['outlines', 'surfaces']) await expectTask(page, task, scalingFactor);
  const merged = expectedScores.models[`merged@${scalingFactor}`];
  expect((await accuracies(page, 'Average')).Merged).toBe(percent(merged?.average.accuracy));
}

/** Waits until `surfaces` alone is scored, and holds it to what FusionBench says of the same pictures in folders. */
export async function expectSurfaces(page: Page): Promise<void> {
  await expect(
    page.getByRole('status').filter({ hasText: 'Scored 150 of 150 images' }),
  ).toBeVisible();
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false');
  await expectTask(page, 'surfaces', '0.7');
}
