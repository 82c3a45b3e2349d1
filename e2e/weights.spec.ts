/** The weights of the experts on the demo: moved, muted, negated and undone by keyboard alone, and in the bytes of the download. */
import type { Page } from '@playwright/test';
import type { room } from './pages/screen';
import { violations } from './support/axe';
import { download, tensorHashes } from './support/downloads';
import { tabTo } from './support/keyboard';
import { layoutFaults, lowContrast } from './support/looks';
import { openTestPage } from './support/pages';
import { DEMO_NAMES, filled, TWENTY_NAMES } from './support/scenes';
import { expect, test } from './support/test';

const fader = (page: Page, name: string) =>
  page.getByRole('slider', { name: `Weight fader of ${name}` });
const field = (page: Page, name: string) =>
  page.getByRole('spinbutton', { name: `Weight of ${name}` });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const preset = (page: Page) => page.getByRole('combobox', { name: 'Preset of weights' });
const undo = (page: Page) => page.getByRole('button', { name: /^Undo/ });
const terms = (page: Page) => page.locator('.formula .sum');
const hashes = async (page: Page) =>
  tensorHashes((await download(page, 'Download merged model')).bytes);

test('weights are moved, muted, negated, chosen and undone by keyboard alone', async ({ page }) => {
  test.slow();
  await page.goto('/');
  await expect(page.locator('.headline strong:not(.unknown)')).toBeVisible({ timeout: 120_000 });
  await expect(terms(page)).toHaveText('· (τchess + τfashion + τflags + τmnist)');

  await tabTo(page, fader(page, 'flags'));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(fader(page, 'flags')).toHaveAttribute('aria-valuetext', '0.90');
  await expect(terms(page)).toHaveText('· (τchess + τfashion + 0.90 τflags + τmnist)');
  await expect(undo(page)).toHaveAccessibleName('Undo: weight of flags');
  await page.keyboard.press('Tab');
  await expect(field(page, 'flags')).toBeFocused();
  await page.keyboard.type('0.25');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toContainText('0.25 τflags');

  await page.keyboard.press('Tab');
  await expect(press(page, 'Mute flags')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(press(page, 'Mute flags')).toHaveAttribute('aria-pressed', 'true');
  await expect(terms(page)).toHaveText('· (τchess + τfashion + τmnist)');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(press(page, 'Solo flags')).toHaveAttribute('aria-pressed', 'true');
  await expect(terms(page)).toHaveText('· 0.25 τflags');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toContainText('τchess + τfashion + 0.25 τflags');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toHaveText('· (τchess + τfashion − 0.25 τflags + τmnist)');
  // From what is resident; from a combination of its own after the page was loaded again.
  const moved = await hashes(page);

  await tabTo(page, preset(page));
  await page.keyboard.press('f');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toContainText('(−τchess)');
  const forgotten = page.getByRole('combobox', { name: 'Expert that is forgotten' });
  await tabTo(page, forgotten);
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toContainText('(−τmnist)');
  await expect(page.getByText(/^Against pretrained: mnist −\d/)).toBeVisible({ timeout: 60_000 });
  expect(await hashes(page)).not.toEqual(moved);

  await page.keyboard.press('Control+z');
  await expect(terms(page)).toContainText('(−τchess)');
  await expect(undo(page)).toHaveAccessibleName('Undo: weights: forget one');
  await page.keyboard.press('Control+z');
  await expect(undo(page)).toHaveAccessibleName('Undo: weight of flags');
  await expect(terms(page)).toHaveText('· (τchess + τfashion − 0.25 τflags + τmnist)');
  // What is on its way is shown at once, and kept a moment later.
  await expect(page.locator('.headline:not(.stale)')).toBeVisible({ timeout: 60_000 });
  await expect(terms(page)).toHaveText('· (τchess + τfashion − 0.25 τflags + τmnist)');
  await page.reload();
  await expect(terms(page)).toHaveText('· (τchess + τfashion − 0.25 τflags + τmnist)');
  expect(await hashes(page)).toEqual(moved);
});

test('a double click brings a weight back to 1', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'screen');
  await call('show', filled(DEMO_NAMES), null);
  await fader(page, 'flags').fill('0.5');
  await expect(terms(page)).toContainText('0.50 τflags');
  await fader(page, 'flags').dblclick();
  await expect(fader(page, 'flags')).toHaveAttribute('aria-valuetext', '1.00');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`the weights in ${colorScheme}`, () => {
    test.use({ colorScheme });

    for (const width of [320, 360, 1280]) {
      test(`fit ${width} px and can be read`, async ({ page }) => {
        await page.setViewportSize({ width, height: 900 });
        const call = await openTestPage<typeof room>(page, 'screen');
        for (const [names, way] of [
          [DEMO_NAMES, 'show'],
          [TWENTY_NAMES, 'push'],
        ] as const) {
          const state = filled(names);
          const models = state.pool.models.map((model, i) => ({
            ...model,
            weight: [1, 1, 1, -1][i] ?? 0,
            included: i !== 4,
          }));
          const weighed = { ...state, pool: { ...state.pool, models } };
          await (way === 'show' ? call(way, weighed, null) : call(way, weighed));
          await expect(fader(page, names[0] ?? '')).toBeVisible();
          expect(await layoutFaults(page)).toEqual([]);
          expect(await lowContrast(page)).toEqual([]);
          expect(await violations(page)).toEqual([]);
        }
      });
    }
  });
}
