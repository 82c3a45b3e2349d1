/** Layer factors: moved, undone, downloaded and found again, with the bytes that PyTorch gives; and how the equaliser looks. */
import type { Page } from '@playwright/test';
import type { room } from './pages/screen';
import { download, tensorHashes } from './support/downloads';
import { boxOf } from './support/drawn';
import { addModels, fixtureJson, POOL } from './support/fixture-pool';
import { layoutFaults, lowContrast } from './support/looks';
import { openTestPage } from './support/pages';
import { DEMO_NAMES, filled, LAYERED } from './support/scenes';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

interface Fixture {
  readonly scaling_factor: number;
  readonly factors: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, string>>;
}

const fader = (page: Page, name: string) => page.getByRole('slider', { name, exact: true });
const fold = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const hashes = async (page: Page) =>
  tensorHashes((await download(page, 'Download merged model')).bytes);

test('layer factors are moved by keys, undone, kept, and in the bytes of the download', async ({
  page,
}) => {
  test.slow();
  const fixture = fixtureJson<Fixture>(`${POOL}/layers.json`);
  const flat = fixtureJson<{ scaling_factors: Record<string, Record<string, string>> }>(
    `${POOL}/expected.json`,
  ).scaling_factors['0.3'];
  await openStudio(page);
  await addModels(page);

  // A factor for every tensor, as the command line has it.
  const rules = Object.entries(fixture.factors).map(
    ([name, factor]) => `  '^vision_model\\.${name}$': ${factor}`,
  );
  const yaml = [
    'method:',
    '  _target_: fusion_bench.method.TaskArithmeticAlgorithm',
    `  scaling_factor: ${fixture.scaling_factor}`,
    'modelpool:',
    '  _target_: fusion_bench.modelpool.CLIPVisionModelPool',
    '  models: {_pretrained_: ./base, outlines: ./outlines, surfaces: ./surfaces}',
    'layers:',
    ...rules,
  ];
  await page.getByLabel('Open configuration').setInputFiles({
    name: 'layers.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(yaml.join('\n')),
  });
  await expect(fold(page, 'Layer factors: custom')).toBeVisible();
  expect(await hashes(page)).toEqual(fixture.tensors);

  await fold(page, 'Layer factors: custom').click();
  const presets = page.getByRole('combobox', { name: 'Preset of layer factors' });
  await presets.selectOption('flat');
  await expect(fold(page, /^Layer factors$/)).toBeVisible();
  expect(await hashes(page)).toEqual(flat);

  const embeddings = fader(page, 'Embeddings');
  await embeddings.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(embeddings).toHaveAttribute('aria-valuetext', '0.90');
  await expect(fold(page, 'Layer factors: custom')).toBeVisible();
  const changed = await hashes(page);
  for (const [name, hash] of Object.entries(flat ?? {})) {
    const isMoved = /^(embeddings|pre_layrnorm)\./.test(name);
    expect(changed[name] === hash, name).toBe(!isMoved);
  }
  await page.getByRole('button', { name: 'Undo: layer factors' }).click();
  await expect(embeddings).toHaveAttribute('aria-valuetext', '1.00');
  await page.getByRole('button', { name: 'Redo: layer factors' }).click();
  await expect(embeddings).toHaveAttribute('aria-valuetext', '0.90');

  await page.reload();
  await fold(page, 'Layer factors: custom').click();
  await expect(embeddings).toHaveAttribute('aria-valuetext', '0.90');
  await expect(fader(page, 'Block 1')).toHaveAttribute('aria-valuetext', '1.00');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`the equaliser in ${colorScheme}`, () => {
    test.use({ colorScheme });

    for (const width of [320, 360, 1280]) {
      test(`fits ${width} px, is drawn upright and can be read`, async ({ page }) => {
        await page.setViewportSize({ width, height: 900 });
        const call = await openTestPage<typeof room>(page, 'screen');
        const state = filled(DEMO_NAMES);
        const merge = { ...state.merge, layers: LAYERED.groups };
        await call('show', { ...state, merge, layers: LAYERED }, null);
        await fold(page, 'Layer factors: custom').click();
        const box = await boxOf(fader(page, 'Block 12'));
        expect(box.height / box.width).toBeGreaterThan(2);
        expect(await layoutFaults(page)).toEqual([]);
        expect(await lowContrast(page)).toEqual([]);
        // Up is more.
        const [low, high] = [fader(page, 'Embeddings'), fader(page, 'Last norm')];
        expect(await low.evaluate((each) => getComputedStyle(each).writingMode)).toContain(
          'vertical',
        );
        await high.focus();
        await page.keyboard.press('ArrowUp');
        await expect(high).toHaveAttribute('aria-valuetext', '1.05');
      });
    }
  });
}
