/** Edits of the pools: by keyboard, and what they change in the sum, the scores and the download. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { download, tensorBytes } from './support/downloads';
import {
  accuracies,
  expectedScores,
  expectScores,
  fillStudio,
  fixturePath,
  IMAGES,
  modelPool,
  POOL,
  percent,
  scored,
  setScalingFactor,
  temporaryFolder,
} from './support/fixture-pool';
import { tabTo } from './support/keyboard';
import { order, row } from './support/pool-rows';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('edited class names and templates make a new head', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const taskPool = page.getByRole('region', { name: 'Task pool' });
  await taskPool.getByRole('button', { name: /^outlines/ }).click();
  const save = async (label: string, edit: (lines: string[]) => string[]) => {
    await taskPool.getByRole('button', { name: 'Edit classes and prompts' }).click();
    const field = page.getByRole('dialog').getByLabel(label);
    await field.fill(edit((await field.inputValue()).split('\n')).join('\n'));
    await page.getByRole('button', { name: 'Save and score again' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await scored(page);
  };

  // With every name moved up by one, a picture that was taken for class p is taken for the class before p.
  await save('Class names', ([first = '', ...rest]) => [...rest, first]);
  const { labels } = expectedScores.tasks.outlines ?? { labels: [] };
  const moved = (model: string) => {
    const { predictions } = expectedScores.models[model]?.tasks.outlines ?? { predictions: [] };
    const right = predictions.filter((p, i) => (p + 4) % 5 === labels[i]).length;
    return percent(right / labels.length);
  };
  await expect
    .poll(() => accuracies(page, 'outlines'))
    .toEqual({
      Pretrained: moved('base'),
      Merged: moved('merged@0.7'),
      Expert: moved('outlines'),
    });

  await save('Class names', (lines) => [...lines.slice(-1), ...lines.slice(0, -1)]);
  await expectScores(page, '0.7');

  await save('Prompt templates', () => ['zzz {} qqq !!! 9 9 9']);
  const odd = await accuracies(page, 'outlines');
  expect(odd.Merged).not.toBe(
    percent(expectedScores.models['merged@0.7']?.tasks.outlines?.accuracy),
  );
  expect((await accuracies(page, 'surfaces')).Merged).toBe(
    percent(expectedScores.models['merged@0.7']?.tasks.surfaces?.accuracy),
  );
});

test('an excluded expert leaves the sum', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await page.getByRole('checkbox', { name: 'Include surfaces in the merge' }).click();
  await expect(
    page.getByRole('checkbox', { name: 'Include surfaces in the merge' }),
  ).not.toBeChecked();
  await setScalingFactor(page, '1');
  // What is left at 1 is the one expert, up to the last bit of its weights.
  const { models } = expectedScores;
  for (const task of ['outlines', 'surfaces']) {
    const { Merged, Expert } = await accuracies(page, task);
    expect(Merged).toBe(percent(models.outlines?.tasks[task]?.accuracy));
    // A task's own expert is scored whether it is in the sum or not.
    expect(Expert).toBe(percent(models[task]?.tasks[task]?.accuracy));
  }
  await page.getByRole('checkbox', { name: 'Include surfaces in the merge' }).click();
  await expect(page.getByRole('checkbox', { name: 'Include surfaces in the merge' })).toBeChecked();
  await scored(page);
  await expect
    .poll(async () => (await accuracies(page, 'outlines')).Merged)
    .toBe(percent(models['merged@1']?.tasks.outlines?.accuracy));
});

test('models are moved, renamed, made the base and removed by keyboard alone', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const press = (key: string) => page.keyboard.press(key);
  expect(await order(page)).toEqual(['Base: base', 'Expert: outlines', 'Expert: surfaces']);

  await tabTo(page, row(page, 'Expert', 'outlines'));
  await press('Alt+ArrowDown');
  await expect
    .poll(() => order(page))
    .toEqual(['Base: base', 'Expert: surfaces', 'Expert: outlines']);
  await expect(row(page, 'Expert', 'outlines')).toBeFocused();
  await press('Alt+ArrowUp');
  await expect
    .poll(() => order(page))
    .toEqual(['Base: base', 'Expert: outlines', 'Expert: surfaces']);
  await expect(row(page, 'Expert', 'outlines')).toBeFocused();

  await press('Enter');
  await tabTo(page, modelPool(page).getByRole('button', { name: 'Rename' }));
  await press('Enter');
  const dialog = page.getByRole('dialog');
  await tabTo(page, dialog.getByRole('textbox', { name: 'Name' }));
  await press('ControlOrMeta+A');
  await page.keyboard.type('shapes');
  await press('Enter');
  await expect(dialog).toBeHidden();
  await expect(row(page, 'Expert', 'shapes')).toBeVisible();
  await scored(page);
  // A task's own expert is the one of its name.
  await expect.poll(async () => (await accuracies(page, 'outlines')).Expert).not.toContain('%');

  await tabTo(page, modelPool(page).getByRole('button', { name: 'Use as base' }));
  await press('Enter');
  await expect(row(page, 'Base', 'shapes')).toBeVisible();
  await expect
    .poll(() => order(page))
    .toEqual(['Base: shapes', 'Expert: base', 'Expert: surfaces']);

  await tabTo(page, modelPool(page).getByRole('button', { name: 'Remove' }));
  await press('Enter');
  await tabTo(page, dialog.getByRole('button', { name: 'Remove' }));
  await press('Enter');
  await expect(dialog).toBeHidden();
  await expect(row(page, 'Base', 'shapes')).toHaveCount(0);
});

test('a base without a text tower merges and downloads; scoring waits for a full CLIP and uses it', async ({
  page,
}) => {
  await openStudio(page);
  const experts = join(temporaryFolder(), 'experts');
  cpSync(fixturePath(`${POOL}/experts`), experts, { recursive: true });
  await page.getByLabel('Add checkpoint folder').setInputFiles(experts);
  await page.getByLabel('Add task folder').setInputFiles(IMAGES);
  await expect(modelPool(page).getByText(/There is no pretrained model/)).toBeVisible();
  await row(page, 'Expert', 'outlines').click();
  await modelPool(page).getByRole('button', { name: 'Use as base' }).click();
  await expect(row(page, 'Base', 'outlines')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'has no text tower' })).toBeVisible();

  const { bytes } = await download(page, 'Download merged model');
  const merged = tensorBytes(bytes);
  const source = (name: string) =>
    tensorBytes(readFileSync(fixturePath(`${POOL}/experts/${name}/model.safetensors`)));
  const [base, expert] = [source('outlines'), source('surfaces')];
  expect(Object.keys(merged).sort()).toEqual(Object.keys(base).sort());
  for (const [name, bytesOfBase] of Object.entries(base)) {
    const [theta, tuned] = [floats(bytesOfBase), floats(expert[name] ?? Buffer.alloc(0))];
    const expected = theta.map((value, i) => {
      const difference = Math.fround((tuned[i] ?? Number.NaN) - value);
      return Math.fround(value + Math.fround(Math.fround(0.7) * difference));
    });
    expect(floats(merged[name] ?? Buffer.alloc(0)), name).toEqual(expected);
  }

  const full = join(temporaryFolder(), 'full');
  cpSync(fixturePath(`${POOL}/base`), full, { recursive: true });
  await page.getByLabel('Add checkpoint folder').setInputFiles(full);
  await scored(page);
  // It gives text tower and projection; the column of the base is the chosen base's own.
  const { models } = expectedScores;
  for (const task of ['outlines', 'surfaces']) {
    expect((await accuracies(page, task)).Pretrained).toBe(
      percent(models.outlines?.tasks[task]?.accuracy),
    );
  }
});

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
