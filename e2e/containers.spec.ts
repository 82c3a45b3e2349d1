/** Pictures in archives and Parquet files as other programs write them become tasks with FusionBench's scores. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { dropFiles } from './support/drop';
import {
  addModels,
  expectSurfaces,
  fixtureJson,
  fixturePath,
  temporaryFolder,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const { tasks } = fixtureJson<{
  tasks: Record<string, { images: string[]; labels: number[] }>;
}>('scoring/expected.json');
const surfaces = tasks.surfaces ?? { images: [], labels: [] };
const prompts = fixtureJson<Record<string, { classnames: string[] }>>('scoring/images/tasks.json');

const taskPool = (page: Page) => page.getByRole('region', { name: 'Task pool' });

async function openWithPool(page: Page): Promise<void> {
  await openStudio(page);
  await addModels(page);
}

test('a Parquet file in zstd is a task', async ({ page }) => {
  await openWithPool(page);
  await dropFiles(page, fixturePath('parquet/scored/zstd/surfaces.parquet'));
  await expectSurfaces(page);
});

test('a Parquet file in Brotli is a task, its decoder loaded for it', async ({ page }) => {
  await openStudio(page);
  await dropFiles(page, fixturePath('parquet/codecs/brotli.parquet'));
  const row = taskPool(page).getByRole('button', { name: /^brotli/ });
  await expect(row).toContainText('5 images · 3 classes');
});

test('a WebDataset in a tar archive is a task, with the class names beside it', async ({
  page,
}) => {
  const folder = join(temporaryFolder(), 'surfaces');
  const samples = join(temporaryFolder(), 'samples');
  mkdirSync(folder);
  mkdirSync(samples);
  for (const [index, image] of surfaces.images.entries()) {
    const key = join(samples, `${index}`.padStart(7, '0'));
    copyFileSync(fixturePath(`scoring/images/${image}`), `${key}.png`);
    writeFileSync(`${key}.cls`, `${surfaces.labels[index]}`);
  }
  const names = prompts.surfaces?.classnames ?? [];
  writeFileSync(join(folder, 'classnames.txt'), `${names.join('\n')}\n`);
  mkdirSync(join(folder, 'test'));
  execFileSync('tar', ['-cf', join(folder, 'test/0.tar'), '--sort=name', '-C', samples, '.']);

  await openWithPool(page);
  await dropFiles(page, folder);
  const row = taskPool(page).getByRole('button', { name: /^surfaces/ });
  await expect(row).toContainText('150 images · 5 classes');
  await expectSurfaces(page);
  await row.click();
  await expect(taskPool(page)).toContainText(names.join(', '));
});

test("a zip with names in Windows' old code page has its classes by their names", async ({
  page,
}) => {
  const picture = (label: number) =>
    readFileSync(fixturePath(`scoring/images/${surfaces.images[label * 30]}`));
  const files = Object.fromEntries(
    ['M#ller', 'caf~', 'plain'].flatMap((name, label) => [
      [`${name}/0.png`, new Uint8Array(picture(label))],
    ]),
  );
  // Code page 437 has ü and é at these places, and nothing in the archive says which page it is.
  const archive = Buffer.from(zipSync(files)).toString('latin1');
  const path = join(temporaryFolder(), 'words.zip');
  const written = archive.replaceAll('M#ller', 'M\x81ller').replaceAll('caf~', 'caf\x82');
  writeFileSync(path, Buffer.from(written, 'latin1'));

  await openWithPool(page);
  await dropFiles(page, path);
  await taskPool(page)
    .getByRole('button', { name: /^words/ })
    .click();
  await expect(taskPool(page)).toContainText('Müller, café, plain');
});
