import { download, tensorHashes } from './support/downloads';
import {
  accuracies,
  expectScores,
  fillStudio,
  fixtureJson,
  modelPool,
  POOL,
  scored,
  setScalingFactor,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

interface Merged {
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
interface Report {
  readonly [task: string]: { readonly accuracy: number; readonly loss: number };
}

test('drag, slide, watch, download, reload', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await expect(page.getByRole('slider', { name: 'Scaling factor' })).toHaveValue('0.7');
  await expectScores(page, '0.7');

  const { bytes: report, name: reportName } = await download(page, 'Download report');
  expect(reportName).toBe('program_report.json');
  const ours = JSON.parse(report.toString()) as Report;
  const theirs = fixtureJson<Report>('scoring/program/program_report-batch-128.json');
  expect(ours.model_info).toEqual(theirs.model_info);
  for (const key of ['outlines', 'surfaces', 'average']) {
    expect(ours[key]?.accuracy).toBe(theirs[key]?.accuracy);
    expect(ours[key]?.loss).toBeCloseTo(theirs[key]?.loss ?? Number.NaN, 5);
  }

  await setScalingFactor(page, '0.3');
  await expectScores(page, '0.3');
  const model = await download(page, 'Download merged model');
  expect(model.name).toBe('model.safetensors');
  const expected = fixtureJson<Merged>(`${POOL}/expected.json`).scaling_factors['0.3'];
  expect(tensorHashes(model.bytes)).toEqual(expected);

  await page.reload();
  await scored(page);
  await expectScores(page, '0.3');
});

test('the slider is moved by keyboard, and any finite number can be typed', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const slider = page.getByRole('slider', { name: 'Scaling factor' });
  await slider.focus();
  await slider.press('ArrowRight');
  await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue('0.71');
  await scored(page);
  await setScalingFactor(page, '-1');
  await expectScores(page, '-1');
  await setScalingFactor(page, '2.5');
  await expect(slider).toHaveValue('2');
});

test('both engines give the same numbers', async ({ page }) => {
  test.slow();
  await openStudio(page);
  await fillStudio(page);
  const columns = await accuracies(page, 'Average');
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu');
  await expect(page.getByRole('contentinfo')).toContainText('WebGPU was chosen');
  await scored(page);
  expect(await accuracies(page, 'Average')).toEqual(columns);
  await setScalingFactor(page, '1.37');
  await expectScores(page, '1.37');
  const model = await download(page, 'Download merged model');
  const expected = fixtureJson<Merged>(`${POOL}/expected.json`).scaling_factors['1.37'];
  expect(tensorHashes(model.bytes)).toEqual(expected);
});

test('a hostile file is refused by name, and the rest keeps working', async ({ page }) => {
  await openStudio(page);
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(2n ** 62n);
  await page.getByLabel('Add checkpoints').setInputFiles([
    { name: 'hostile.safetensors', mimeType: 'application/octet-stream', buffer: header },
    { name: 'empty.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.alloc(0) },
  ]);
  await expect(page.getByText(/hostile\.safetensors: /).first()).toBeVisible();
  await expect(page.getByText(/empty\.safetensors: /).first()).toBeVisible();
  await fillStudio(page);
  await expect(modelPool(page).getByText('outlines').first()).toBeVisible();
});

test('a sweep fills the curve and can be stopped', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await page.getByRole('button', { name: /^Sweep/ }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: /^Stopped/ })).toBeVisible();
  await page.getByRole('button', { name: /^Sweep/ }).click();
  await scored(page);
  await expect(page.getByText('optimistic')).toBeVisible();
});
