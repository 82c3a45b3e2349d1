/** Merges that are pinned and held against each other: by keyboard alone, and through a link. */
import type { Page } from '@playwright/test';
import { violations } from './support/axe';
import { download } from './support/downloads';
import {
  expectedScores,
  fillStudio,
  IMAGE_COUNT,
  percent,
  scored,
  setScalingFactor,
} from './support/fixture-pool';
import { tabTo } from './support/keyboard';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const panel = (page: Page) => page.getByRole('region', { name: 'Pins' });
const pinned = (page: Page) => panel(page).getByRole('table', { name: 'Pinned merges' });
const pair = (page: Page) => panel(page).getByRole('table', { name: /^B against A/ });
const factor = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });

/** Goes there by Tab, and presses a key. */
async function press(page: Page, name: string | RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, page.getByRole('button', { name }));
  await page.keyboard.press(key);
}

/** Goes to the field by Tab, types there, and waits until all is scored. */
async function typeFactor(page: Page, value: string): Promise<void> {
  await tabTo(page, factor(page));
  await page.keyboard.press('Control+a');
  await page.keyboard.type(value);
  await page.keyboard.press('Enter');
  await scored(page);
}

/** As FusionBench scores it. */
const average = (value: string) =>
  percent(expectedScores.models[`merged@${value}`]?.average.accuracy);

test('two merges are pinned, named and compared by keyboard alone, and kept', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  await typeFactor(page, '1');
  await press(page, 'Pin this merge');
  const first = pinned(page).getByRole('row', { name: /^Task arithmetic at 1/ });
  await expect(first).toContainText(average('1'));
  await expect(first).toContainText('compared as A');
  await expect(panel(page)).toContainText('A and B are the same');

  await typeFactor(page, '0.3');
  const mean = pair(page).getByRole('row', { name: /^Average/ });
  await expect(mean).toContainText(average('1'));
  await expect(mean).toContainText(average('0.3'));
  await expect(panel(page)).toContainText(
    /B against A on 190 pictures: \+[\d.]+ points, better than A \(95 % interval \+[\d.]+ to \+[\d.]+, p /,
  );

  await test.step('the pictures that only one is right about', async () => {
    const count = pair(page)
      .getByRole('button', { name: /^[1-9]\d* pictures? of .*: B right, A wrong$/ })
      .first();
    const pictures = Number(/^\d+/.exec((await count.getAttribute('aria-label')) ?? '')?.[0]);
    await tabTo(page, count);
    await page.keyboard.press('Enter');
    await expect(count).toHaveAttribute('aria-expanded', 'true');
    const tiles = panel(page)
      .getByRole('list', { name: /^Pictures of/ })
      .getByRole('listitem');
    await expect(tiles).toHaveCount(Math.min(24, pictures));
    const tile = tiles.first().getByRole('button');
    await expect(tile).toHaveAccessibleName(/; A: .* wrong; B: .* right$/);
    await tabTo(page, tile);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog').getByRole('table')).toHaveCount(2);
    await page.keyboard.press('Escape');
    await expect(tile).toBeFocused();
    await press(page, /^A right, B wrong/);
    const other = tiles.first().getByRole('button');
    await expect(other).toHaveAccessibleName(/; A: .* right; B: .* wrong$/);
  });

  await test.step('rows', async () => {
    await press(page, 'Rename: Task arithmetic at 1');
    await page.getByRole('dialog').getByRole('textbox').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('careful');
    await page.keyboard.press('Enter');
    await expect(pinned(page).getByRole('row', { name: /^careful/ })).toBeVisible();
    await press(page, 'Use: careful');
    await expect(factor(page)).toHaveValue('1.00');
    await expect(page.getByRole('button', { name: 'In use: careful' })).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(factor(page)).toHaveValue('0.30');
    await press(page, 'Remove: careful');
    await expect(page.getByRole('button', { name: 'Put it back' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Pin this merge' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(pinned(page).getByRole('row')).toHaveCount(4);
  });

  await test.step('it fits, and is read', async () => {
    // What explains the button under the keys lies over the page.
    await page.keyboard.press('Escape');
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await lowContrast(page)).toEqual([]);
        if (process.env.SHOTS) {
          await panel(page).screenshot({
            path: `${process.env.SHOTS}/${colorScheme}-${width}.png`,
          });
        }
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await test.step('they are kept, and in the report', async () => {
    await page.reload();
    await scored(page);
    await expect(pinned(page).getByRole('row')).toHaveCount(4);
    await expect(pinned(page).getByRole('row', { name: /^careful/ })).toContainText(average('1'));
    const { bytes } = await download(page, 'Download report');
    const { pins } = JSON.parse(bytes.toString()).task_arithmetic_studio;
    expect(pins.map(({ name }: { name: string }) => name)).toEqual([
      'careful',
      'Task arithmetic at 0.3',
    ]);
    expect(pins[0].difference.average.n).toBe(IMAGE_COUNT);
  });
});

test('a link brings its pins along to whoever has the models', async ({
  page,
  context,
  browser,
  baseURL,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openStudio(page);
  await fillStudio(page);
  await setScalingFactor(page, '0.3');
  await page.getByRole('button', { name: 'Pin this merge' }).click();
  await expect(pinned(page).getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Copy link' }).click();
  const address = await page.evaluate(() => navigator.clipboard.readText());

  const elsewhere = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const other = await elsewhere.newPage();
  await openStudio(other);
  await fillStudio(other);
  await other.goto('about:blank');
  await other.goto(address);
  const row = pinned(other).getByRole('row', { name: /^Task arithmetic at 0.3/ });
  await expect(row).toBeVisible();
  await expect(row).toContainText(percent(expectedScores.models['merged@0.3']?.average.accuracy));
  await elsewhere.close();
});
