/** Folders of pictures in other formats, dropped on the page: the numbers are the command line's. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { decodePng } from '../src/clip/images/png';
import { formatFile, formatFiles } from '../src/clip/images/testing/format-files';
import { download } from './support/downloads';
import { dropFiles } from './support/drop';
import {
  accuracies,
  accuracyTable,
  addModels,
  expectedScores,
  percent,
  SLOW_GPU_MS,
  taskFolder,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const TASK = 'outlines';
const PROJECT = resolve(import.meta.dirname, '..');

interface Report {
  readonly [TASK]: { readonly accuracy: number; readonly loss: number };
  readonly unreadable?: Readonly<Record<string, readonly { image: string; reason: string }[]>>;
}

/** What the command line reports of a folder with the task in it. */
function commandLine(folder: string): Report {
  const report = join(folder, 'program_report.json');
  const config = ['--config-path', 'reference/fixtures/scoring/program'];
  execFileSync(
    process.execPath,
    [
      ...['scripts/fuse.mjs', ...config, '--config-name', 'clip_task_arithmetic'],
      '~taskpool.test_datasets.surfaces',
      `taskpool.test_datasets.${TASK}.data_dir=${folder}/${TASK}`,
      '+taskpool.dataloader_kwargs.batch_size=128',
      `+report_save_path=${report}`,
    ],
    { cwd: PROJECT, stdio: 'pipe' },
  );
  const read: Report = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  return read;
}

/** Drops the folder on the page and waits until so many of its pictures are scored. */
async function dropTask(page: Page, folder: string, pictures: number): Promise<void> {
  await openStudio(page);
  await addModels(page);
  await dropFiles(page, join(folder, TASK), join(folder, 'tasks.json'));
  const done = `Scored ${pictures} of ${pictures} images`;
  await expect(page.getByRole('status').filter({ hasText: done })).toBeVisible({
    timeout: SLOW_GPU_MS,
  });
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false');
}

async function expectReport(page: Page, reported: Report): Promise<void> {
  const { bytes } = await download(page, 'Download report');
  const shown: Report = JSON.parse(bytes.toString());
  expect(shown[TASK].accuracy).toBe(reported[TASK].accuracy);
  expect(Math.abs(shown[TASK].loss - reported[TASK].loss)).toBeLessThan(1e-5);
  expect((await accuracies(page, TASK)).Merged).toBe(percent(reported[TASK].accuracy));
  const names = (report: Report) => report.unreadable?.[TASK]?.map(({ reason }) => reason);
  expect(names(shown)).toEqual(names(reported));
}

function pictures(folder: string): string[] {
  return readdirSync(join(folder, TASK), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a folder of PPM files', async ({ page }) => {
  const folder = taskFolder(TASK);
  for (const path of pictures(folder)) {
    const { width, height, data } = decodePng(new Uint8Array(readFileSync(path)), path, false);
    const head = Buffer.from(`P6\n${width} ${height}\n255\n`);
    writeFileSync(path.replace(/png$/, 'ppm'), Buffer.concat([head, data]));
    rmSync(path);
  }
  const reported = commandLine(folder);
  // The pixels are those of the PNGs, so FusionBench has said what comes out.
  expect(reported[TASK].accuracy).toBeCloseTo(
    expectedScores.models['merged@0.7']?.tasks[TASK]?.accuracy ?? Number.NaN,
    6,
  );
  await dropTask(page, folder, 40);
  await expectReport(page, reported);
  // No browser draws PPM, so the page hands it something else.
  const strip = page.getByRole('region', { name: 'Task pool' }).locator('.strip img').first();
  await expect(strip).toHaveJSProperty('complete', true);
  expect(await strip.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(20);
});

test('a folder with an animated WebP, and one picture that cannot be read', async ({ page }) => {
  const folder = taskFolder(TASK);
  const [first = '', second = ''] = pictures(folder);
  const { bytes } = formatFile(formatFiles(), 'WebP', 'lossy frames');
  writeFileSync(first.replace(/png$/, 'webp'), bytes);
  rmSync(first);
  writeFileSync(second, 'This is no picture.');
  const reported = commandLine(folder);
  expect(reported.unreadable?.[TASK]).toHaveLength(1);
  await dropTask(page, folder, 39);
  await expectReport(page, reported);
  const row = accuracyTable(page).getByRole('row').filter({ hasText: TASK });
  await expect(row).toContainText('1 unreadable');
  await expect(page.getByRole('region', { name: 'Task pool' })).toContainText('1 cannot be read');
});
