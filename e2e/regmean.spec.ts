/** RegMean on the built-in demo: it looks at pictures of each expert's task, is stopped while it does, and is in what is downloaded. */
import { download } from './support/downloads';
import { accuracies, fillStudio, scored } from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test.slow();

test('RegMean is chosen on the demo, stopped, begun again, and downloaded', async ({ page }) => {
  await page.goto('/');
  const status = page.locator('.status-text');
  const isDone = () =>
    expect(status).toHaveText(/^Scored (\d+) of \1 images$/, { timeout: 240_000 });
  await isDone();
  const arithmetic = (await accuracies(page, 'Average')).Merged;

  await page
    .getByRole('combobox', { name: 'Method', exact: true })
    .selectOption({ label: 'RegMean' });
  await expect(page.getByRole('spinbutton', { name: 'num regmean examples' })).toHaveValue('256');
  await expect(status).toHaveText(/^Combining the experts/);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toHaveCount(0);
  await expect(status).not.toHaveText(/^(Combining|Scoring|Preparing)/);

  const pictures = page.getByRole('spinbutton', { name: 'num regmean examples' });
  await pictures.fill('64');
  await pictures.press('Enter');
  await isDone();
  const regMean = (await accuracies(page, 'Average')).Merged;
  expect(regMean).toMatch(/^\d/);
  expect(regMean).not.toBe(arithmetic);
  await expect(page.getByRole('slider', { name: 'Scaling factor' })).toBeDisabled();

  const { bytes } = await download(page, 'Download merged model');
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  const recipes = Object.values<string>(header.__metadata__).filter((text) => text.startsWith('{'));
  expect(recipes.map((text) => JSON.parse(text))).toContainEqual(
    expect.objectContaining({
      method: 'RegMeanAlgorithmForCLIP',
      options: expect.objectContaining({ num_regmean_examples: 64 }),
    }),
  );
});

test('the engine that scores looks at the pictures: WebGPU comes to what the CPU comes to', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('cpu');
  await scored(page);
  const arithmetic = (await accuracies(page, 'Average')).Merged;
  await page
    .getByRole('combobox', { name: 'Method', exact: true })
    .selectOption({ label: 'RegMean' });
  await scored(page);
  const onCpu = (await accuracies(page, 'Average')).Merged;
  expect(onCpu).toMatch(/^\d/);
  expect(onCpu).not.toBe(arithmetic);
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu');
  await expect(page.getByRole('contentinfo')).toContainText('WebGPU was chosen');
  await scored(page);
  expect((await accuracies(page, 'Average')).Merged).toBe(onCpu);
});
