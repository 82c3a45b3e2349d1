import type { Locator, Page } from '@playwright/test';
import { violations } from './support/axe';
import { boxOf } from './support/drawn';
import {
  accuracyTable,
  expectedScores,
  fillStudio,
  scored,
  setScalingFactor,
} from './support/fixture-pool';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const TASK = 'surfaces';

/** Predictions as FusionBench has them. */
function predicted(model: string): readonly number[] {
  return expectedScores.models[model]?.tasks[TASK]?.predictions ?? [];
}

/** How many pictures the groups have, by FusionBench's predictions. */
function groupsAt(scalingFactor: string): Readonly<Record<string, number>> {
  const labels = expectedScores.tasks[TASK]?.labels ?? [];
  const [base, merged, expert] = ['base', `merged@${scalingFactor}`, TASK].map(predicted);
  const count = (fits: (base: boolean, merged: boolean, expert: boolean) => boolean) =>
    labels.filter((label, i) =>
      fits(base?.[i] === label, merged?.[i] === label, expert?.[i] === label),
    ).length;
  return {
    All: labels.length,
    'Lost by merging': count((was, is) => was && !is),
    'Gained by merging': count((was, is) => !was && is),
    'Only the expert': count((_, is, own) => own && !is),
    'All wrong': count((was, is, own) => !was && !is && !own),
  };
}

async function unfold(page: Page): Promise<Locator> {
  await accuracyTable(page).getByRole('button', { name: TASK }).press('Enter');
  return page.getByRole('tablist', { name: `Views of ${TASK}` });
}

async function expectGroups(page: Page, scalingFactor: string): Promise<void> {
  const counts = async () => {
    const buttons = page.getByRole('group', { name: `Pictures of ${TASK}` }).getByRole('button');
    const texts = await buttons.allInnerTexts();
    return Object.fromEntries(
      texts.map((text) => {
        const [, title = '', count = ''] = /^(.*?)\s+(\d+)$/s.exec(text) ?? [];
        return [title, Number(count)];
      }),
    );
  };
  await expect.poll(counts).toEqual(groupsAt(scalingFactor));
}

test('what merging does to each picture follows the slider, by keyboard alone', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  const tabs = await unfold(page);
  await tabs.getByRole('tab', { name: 'Classes' }).press('ArrowRight');
  await expect(tabs.getByRole('tab', { name: 'Pictures' })).toBeFocused();
  await expectGroups(page, '0.7');
  await setScalingFactor(page, '0.3');
  await scored(page);
  await expectGroups(page, '0.3');

  await page.getByRole('button', { name: /^Lost by merging/ }).press('Enter');
  const tiles = page.getByRole('list', { name: `Pictures of ${TASK}` }).getByRole('listitem');
  await expect(tiles).toHaveCount(Math.min(24, groupsAt('0.3')['Lost by merging'] ?? 0));
  const tile = tiles.first().getByRole('button');
  await expect(tile).toHaveAccessibleName(/pretrained: .* right; merged: .* wrong/);
  await tile.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('table')).toHaveCount(3);
  await expect(dialog.getByRole('table').nth(1).getByRole('row')).toHaveCount(5);
  await expect(dialog.getByRole('img')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(tile).toBeFocused();
});

test('the confusion matrix is that of FusionBench’s predictions, and every view fits a phone', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  const tabs = await unfold(page);
  await tabs.getByRole('tab', { name: 'Confusions' }).click();
  const rows = page
    .getByRole('table', { name: /^Confusion matrix of surfaces, merged/ })
    .getByRole('row');
  await expect(rows).toHaveCount(6);
  const shown = await rows.evaluateAll((found) =>
    found
      .slice(1)
      .map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => Number(textContent))),
  );
  const expected = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => 0));
  for (const [i, label] of (expectedScores.tasks[TASK]?.labels ?? []).entries()) {
    const row = expected[label];
    const prediction = predicted('merged@0.7')[i] ?? -1;
    if (row) row[prediction] = (row[prediction] ?? 0) + 1;
  }
  expect(shown).toEqual(expected);

  const row = accuracyTable(page).getByRole('button', { name: TASK });
  for (const width of [360, 640, 900, 1280]) {
    await page.setViewportSize({ width, height: 780 });
    const heading = page.getByRole('columnheader', { name: 'Task' });
    const unfolded = (await boxOf(heading)).width;
    await row.click();
    const folded = (await boxOf(heading)).width;
    expect(unfolded, `the names at ${width}`).toBeCloseTo(folded);
    await row.click();
  }

  await page.setViewportSize({ width: 360, height: 780 });
  for (const name of ['Classes', 'Pictures', 'Confusions', 'Calibration']) {
    await tabs.getByRole('tab', { name }).click();
    await expect(page.getByRole('tabpanel').locator('table, ul').first()).toBeVisible();
    await expect.poll(() => layoutFaults(page), name).toEqual([]);
    expect(await violations(page), name).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => lowContrast(page), `${name}, ${colorScheme}`).toEqual([]);
    }
  }
});
