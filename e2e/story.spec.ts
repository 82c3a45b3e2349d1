/** The first minute of the demo: a picture that turns right and wrong again as λ rises, and the cards that set the state. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { violations } from './support/axe';
import { accuracies, percent } from './support/fixture-pool';
import { tabTo } from './support/keyboard';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

/** By expert: what PyTorch has measured of the pretrained model less its task vector. */
const { negation } = JSON.parse(
  readFileSync(new URL('../public/demo/results.json', import.meta.url), 'utf8'),
) as {
  readonly negation: Readonly<
    Record<
      string,
      {
        readonly average: number;
        readonly tasks: Readonly<Record<string, { readonly accuracy: number }>>;
      }
    >
  >;
};

const story = (page: Page) => page.getByRole('region', { name: 'What merging does to a picture' });
const card = (page: Page, name: RegExp) => story(page).getByRole('button', { name });
const frames = (page: Page) => story(page).locator('.frame');
const factor = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });
const undo = (page: Page) => page.getByRole('button', { name: /^Undo/ });
const done = (page: Page) =>
  page.getByRole('status').filter({ hasText: /^Scored (\d+) of \1 images$/ });

test('the demo opens on a picture that turns right and wrong again, and its cards set the state', async ({
  page,
}) => {
  test.slow();
  await page.goto('/');
  // Its end is scored when everything else is.
  await expect(frames(page)).toHaveCount(3, { timeout: 240_000 });
  const verdicts = await frames(page).allInnerTexts();
  expect(verdicts.map((text) => /, (right|wrong)/.exec(text)?.[1])).toEqual([
    'wrong',
    'right',
    'wrong',
  ]);
  const picture = story(page).getByRole('img');
  await expect
    .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
  await expect(done(page)).toBeVisible();
  await frames(page).last().press('Enter');
  await expect(factor(page)).toHaveValue('1.50');
  await expect(frames(page).last()).toHaveAttribute('aria-pressed', 'true');
  await expect(undo(page)).toHaveAccessibleName('Undo: scaling factor');

  await tabTo(page, card(page, /^Forget flags/));
  await page.keyboard.press('Enter');
  await expect(factor(page)).toHaveValue('1.00');
  await expect(undo(page)).toHaveAccessibleName('Undo: Forget flags');
  await expect(page.locator('.formula .sum')).toContainText('(−τflags)');
  await expect(page.locator('table[aria-busy="false"]').first()).toBeVisible({ timeout: 120_000 });
  const expected = negation.flags;
  expect((await accuracies(page, 'flags')).Merged).toBe(percent(expected?.tasks.flags?.accuracy));
  expect((await accuracies(page, 'Average')).Merged).toBe(percent(expected?.average));
  await expect(story(page)).toContainText(/The pretrained model knows this .* takes it for/);

  await card(page, /^TIES instead/).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Method' })).toHaveValue('TiesMergingAlgorithm');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.formula .sum')).toContainText('(−τflags)');
  await page.keyboard.press('Control+z');
  await expect(factor(page)).toHaveValue('1.50');
  await expect(page.locator('.formula .sum')).toHaveText('· (τchess + τfashion + τflags + τmnist)');

  for (const width of [320, 360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => layoutFaults(page), `${width} px`).toEqual([]);
      await expect.poll(() => lowContrast(page), `${width} px, ${colorScheme}`).toEqual([]);
    }
  }
  expect(await violations(page)).toEqual([]);
});

test('without the demo there is no story', async ({ page }) => {
  await openStudio(page);
  await expect(story(page)).toHaveCount(0);
});
