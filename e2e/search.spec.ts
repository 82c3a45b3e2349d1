import type { Page } from '@playwright/test';
import type { room } from './pages/screen';
import { download } from './support/downloads';
import { boxesOf, boxOf } from './support/drawn';
import { accuracyTable, fillStudio, IMAGE_COUNT, scored } from './support/fixture-pool';
import { layoutFaults, lowContrast } from './support/looks';
import { openTestPage } from './support/pages';
import { FOREIGN_NAMES, LONG_NAMES, TWENTY_NAMES, withWeightsFound } from './support/scenes';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

interface Half {
  readonly pictures: number;
  readonly accuracy: number;
}
interface Report {
  readonly average: { readonly accuracy: number };
  readonly task_arithmetic_studio: {
    readonly tasks: Readonly<
      Record<string, { readonly n: number; readonly choosing: { readonly n: number } }>
    >;
    readonly search: {
      readonly best: { readonly scalingFactor: number };
      readonly values: readonly { readonly scalingFactor: number; readonly loss: number }[];
      readonly choosing: { readonly after: Half };
      readonly reporting: {
        readonly before: Half;
        readonly after: Half;
        readonly difference: { readonly pValue: number };
      };
      readonly splits: Readonly<Record<string, { readonly random_seed: number }>>;
    };
  };
}

const panel = (page: Page) => page.getByRole('region', { name: 'Choose and report' });
const split = (page: Page) =>
  page.getByRole('combobox', { name: 'Pictures to choose by, of every task' });
const factor = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });
const found = (page: Page) => panel(page).getByRole('table');

async function halve(page: Page): Promise<void> {
  await split(page).selectOption('50 %');
  await expect(panel(page).getByRole('button', { name: 'Find the best λ' })).toBeEnabled();
}

/** Finds a scaling factor, and waits until both halves of it are scored. */
async function findLambda(page: Page): Promise<void> {
  await panel(page).getByRole('button', { name: 'Find the best λ' }).click();
  await expect(
    panel(page).getByText(/^Chosen on 95 pictures, reported on 95 others\./),
  ).toBeVisible();
  await scored(page);
}

test('a split is set for all tasks or for one, and is kept', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const find = panel(page).getByRole('button', { name: 'Find the best λ' });
  await expect(find).toBeDisabled();
  const row = accuracyTable(page).getByRole('row').filter({ hasText: 'To choose by' });
  await expect(row).toHaveCount(0);
  await halve(page);
  await expect(page.locator('.accuracy caption')).toContainText('on the pictures to report on');
  await expect(row).toContainText(/95 .*\d\d\.\d %/);
  await expect(page.locator('.plot .choosing-spot')).toHaveCount(1);

  const pool = page.getByRole('region', { name: 'Task pool' });
  await pool.getByRole('button', { name: /outlines/ }).click();
  const own = pool.getByRole('combobox', { name: 'Pictures of outlines to choose by' });
  await expect(own).toHaveValue('50 %');
  await own.selectOption('20 %');
  await expect(pool.getByText(/^8 images, to report on 32 images \(random_seed \d+/)).toBeVisible();
  await expect(split(page)).toHaveValue('differ');
  await accuracyTable(page)
    .getByRole('button', { name: /outlines/ })
    .click();
  await expect(
    page.getByText(/^Right on the pictures to choose by: pretrained \d of 8/),
  ).toBeVisible();
  await own.selectOption('none');
  await expect(find).toBeDisabled();
  await expect(row).toHaveCount(0);
  await page.reload();
  await scored(page);
  await expect(split(page)).toHaveValue('differ');
  await split(page).selectOption('none');
  await expect(page.locator('.accuracy caption')).not.toContainText('report on');
});

test('the best λ is found on one half and reported on the other, and there is a way back', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await halve(page);
  await findLambda(page);
  await expect(panel(page)).toContainText(
    /λ = \d\.\d+ has the least loss of ([89]|1[012]) values on the pictures to choose by\./,
  );
  await expect(panel(page)).toContainText(
    /On these: [+−]?\d+\.\d points \(95 % interval [+−]?\d+\.\d to [+−]?\d+\.\d\), p = \d\S* \(McNemar’s exact test\): (no difference that these pictures can show|better than before|worse than before)\./,
  );
  const best = await factor(page).inputValue();
  expect(Number(best)).not.toBe(0.7);
  await expect(found(page).getByRole('columnheader')).toHaveText(['λ = 0.70', `λ = ${best}`]);

  const { bytes } = await download(page, 'Download report');
  const report = JSON.parse(bytes.toString()) as Report;
  const { search, tasks } = report.task_arithmetic_studio;
  expect(search.best.scalingFactor).toBe(Number(best));
  expect(search.values.length).toBeLessThanOrEqual(12);
  expect([tasks.outlines?.n, tasks.outlines?.choosing.n]).toEqual([20, 20]);
  expect(report.average.accuracy).toBeCloseTo(search.reporting.after.accuracy, 6);
  expect(search.choosing.after.pictures + search.reporting.after.pictures).toBe(IMAGE_COUNT);
  const row = found(page).getByRole('row', { name: /^Accuracy, to report on/ });
  await expect(row).toContainText(`${(100 * search.reporting.before.accuracy).toFixed(1)} %`);
  await expect(row).toContainText(`${(100 * search.reporting.after.accuracy).toFixed(1)} %`);

  const yaml = (await download(page, 'Download configuration')).bytes.toString();
  expect(yaml).toContain('_target_: fusion_bench.utils.data.train_validation_split');
  expect(yaml).toContain(`random_seed: ${search.splits.outlines?.random_seed}`);
  // Every value that was tried leaves a hollow point.
  await expect(page.locator('.plot .choosing-spot')).toHaveCount(search.values.length);

  await page.getByRole('button', { name: 'Curve as a table' }).click();
  const curve = page.getByRole('table', { name: 'Accuracy by scaling factor' });
  await expect(curve.getByRole('columnheader', { name: 'To choose by' })).toBeVisible();
  await page.keyboard.press('Escape');

  await panel(page).getByRole('button', { name: 'Go back to λ = 0.70' }).click();
  await expect(factor(page)).toHaveValue('0.70');
  await scored(page);
  await panel(page)
    .getByRole('button', { name: `Take λ = ${best} again` })
    .click();
  await expect(factor(page)).toHaveValue(best);
  await scored(page);
});

/**
 * Finds weights, and stops that when it is first counted: by the page itself, for tiny models are tried faster than a test
 * can look. Resolves to the count, or null where the search was over before the page had drawn any.
 */
async function stopWhenCounted(page: Page): Promise<string | null> {
  const counted = page.evaluate(
    () =>
      new Promise<string | null>((resolve) => {
        let begun = false;
        let seen: string | null = null;
        const observer = new MutationObserver(() => {
          const buttons = [...document.querySelectorAll('button')];
          const stop = buttons.find(({ textContent }) => textContent === 'Stop: Finding weights');
          const isOver = begun && stop === undefined;
          begun ||= stop !== undefined;
          seen ??= document.querySelector('.search-count')?.textContent ?? null;
          if (seen !== null) stop?.click();
          if (!isOver && (seen === null || stop === undefined)) return;
          observer.disconnect();
          resolve(seen);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  await panel(page).getByRole('button', { name: 'Find weights' }).click();
  return counted;
}

test('a search is a job that is counted, and keeps the best when it is stopped', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await halve(page);
  await expect(async () => {
    expect(await stopWhenCounted(page)).toMatch(/^Value \d+ of at most 40$/);
    await expect(panel(page).getByText(/^Chosen on 95 pictures/)).toBeVisible();
    await expect(panel(page)).toContainText('before it was stopped', { timeout: 1 });
  }).toPass();
  await scored(page);

  await panel(page).getByRole('button', { name: 'Find weights' }).click();
  // What was found before it was stopped may have been the best already.
  await expect(panel(page)).toContainText(
    /of \d+ values on the pictures to choose by\.|None of the \d+ values has a smaller loss on the pictures to choose by/,
  );
  await expect(panel(page)).not.toContainText('before it was stopped');
  await scored(page);
  await expect(panel(page).getByRole('columnheader', { name: 'Found' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });
    test('what was found fits at every width, and is readable', async ({ page }) => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await openStudio(page);
      await fillStudio(page);
      await halve(page);
      await findLambda(page);
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await panel(page).scrollIntoViewIfNeeded();
        expect(await layoutFaults(page)).toEqual([]);
        expect(await lowContrast(page)).toEqual([]);
        const outer = await boxOf(panel(page));
        for (const box of await boxesOf(panel(page).locator('button, select, table, p'))) {
          expect(box.x).toBeGreaterThanOrEqual(outer.x - 0.5);
          expect(box.x + box.width).toBeLessThanOrEqual(outer.x + outer.width + 0.5);
        }
        for (const { height } of await boxesOf(panel(page).locator('button:not(.term), select'))) {
          expect(height).toBeGreaterThanOrEqual(24);
        }
        if (process.env.SHOTS) {
          await page.screenshot({
            path: `${process.env.SHOTS}/${colorScheme}-${width}.png`,
            fullPage: true,
          });
        }
      }
    });
  });
}

for (const [what, names] of [
  ['twenty experts', TWENTY_NAMES],
  ['names of 60 characters', LONG_NAMES],
  ['names of other scripts', FOREIGN_NAMES],
] as const) {
  test(`weights of ${what} are named and fit`, async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'screen');
    await call('show', withWeightsFound(names), null);
    await expect(panel(page)).toContainText(
      names.length > 4
        ? 'Other weights of 20 experts have the least loss of 2 values'
        : 'have the least loss of 2 values',
    );
    await expect(panel(page)).toContainText('worse than before');
    for (const width of [320, 360, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => layoutFaults(page), { message: `${width} px` }).toEqual([]);
      const wide = await panel(page).evaluate(
        (section) => section.scrollWidth - section.clientWidth,
      );
      expect(wide, `${width} px`).toBeLessThanOrEqual(0);
    }
    if (process.env.SHOTS) {
      await panel(page).screenshot({ path: `${process.env.SHOTS}/${what}.png` });
    }
  });
}
