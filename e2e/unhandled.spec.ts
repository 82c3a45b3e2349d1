/** Errors that nobody expected: each becomes a notice with a way on and a report, and the page is never blank. */
import type { Locator, Page } from '@playwright/test';
import type { StudioState } from '../src/state/types';
import type { room } from './pages/screen';
import { openTestPage } from './support/pages';
import { DEMO_NAMES, filled } from './support/scenes';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const open = async (page: Page) => {
  const call = await openTestPage<typeof room>(page, 'screen');
  await call('show', filled(DEMO_NAMES), null);
  return call;
};

/** What a report says, whatever broke; and what it must not. */
async function expectReport(place: Locator, error: string): Promise<void> {
  await place.getByText(/details$/).click();
  const report = place.locator('pre');
  await expect(report).toContainText(`Error: ${error}`);
  await expect(report).toContainText(/Browser: Mozilla.*Chrom/);
  await expect(report).toContainText(/WebGPU: google swiftshader.*software/);
  await expect(report).toContainText(/maxBufferSize \d+/);
  await expect(report).toContainText('task: 400 images, 2 classes');
  for (const name of DEMO_NAMES) await expect(report).not.toContainText(name);
}

const unexpected = (page: Page) =>
  page.getByRole('article', { name: 'Something unexpected happened' });

test.describe('on the page', () => {
  test.use({ expectedProblems: [/^(uncaught|console): .*planted/] });

  test('an error and a rejection become notices with a report', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page);
    await page.evaluate((name) => {
      setTimeout(() => {
        throw new TypeError(`planted ${name}`);
      });
    }, DEMO_NAMES[0]);
    await expectReport(unexpected(page), 'TypeError: planted <model 1>');
    await expect(unexpected(page).getByRole('button', { name: 'Reload the page' })).toBeVisible();
    await unexpected(page).getByRole('button', { name: 'Copy this notice' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('Error: TypeError: planted <model 1>');
    await unexpected(page)
      .getByRole('button', { name: /^Dismiss/ })
      .click();

    await page.evaluate(() => void Promise.reject(new RangeError('planted')));
    await expectReport(unexpected(page), 'RangeError: planted');
    // The rest goes on.
    await page.getByRole('slider', { name: 'Scaling factor' }).fill('0.5');
    await expect(page.locator('.headline.stale')).toBeVisible();
  });
});

test.describe('while it is drawn', () => {
  // React writes what a boundary caught to the console.
  test.use({ expectedProblems: [/^console: /] });

  test('it leaves a message in the place of the page', async ({ page }) => {
    const call = await open(page);
    const broken: unknown = { ...filled(DEMO_NAMES), engine: null };
    await call('push', broken as StudioState);
    const main = page.getByRole('main');
    await expect(main.getByRole('heading')).toHaveText('The page met an error');
    await main.getByText(/details$/).click();
    await expect(main.locator('pre')).toContainText(/Error: TypeError: .*null/);
    await expect(main.locator('pre')).toContainText(/WebGPU: google swiftshader/);
    await expect(main.getByRole('button', { name: 'Reload the page' })).toBeVisible();
  });
});
test.describe('in the engine', () => {
  test.use({ expectedProblems: [/^console: .*planted/] });

  test('a rejection that nobody waited for offers to restart it', async ({ page }) => {
    await openStudio(page);
    const notice = page.getByRole('article', { name: 'The compute engine has a problem' });
    await page.workers()[0]?.evaluate(() => void Promise.reject(new Error('planted')));
    await expect(notice).toContainText('planted');
    await notice.getByText(/details$/).click();
    await expect(notice.locator('pre')).toContainText(
      'Engine: ready, chosen auto, computes on cpu',
    );
    await notice.getByRole('button', { name: 'Restart the engine' }).click();
    await expect(notice).toHaveCount(0);
    await expect(page.getByRole('contentinfo')).toContainText('bit-exact');
  });
});

test.describe('before anything is drawn', () => {
  test.use({ expectedProblems: [/planted|ERR_FAILED/] });

  test('it is written where the page would be', async ({ page }) => {
    await page.addInitScript(() => {
      Math.random = () => {
        throw new Error('planted');
      };
    });
    await page.goto('/#demo=off');
    await expect(page.getByText('this browser stopped its program')).toBeVisible();
    await expect(page.locator('pre')).toContainText('Error: planted');
  });

  test('a program that does not load leaves what to do', async ({ page }) => {
    await page.route('**/assets/index-*.js', (route) => route.abort());
    await page.goto('/#demo=off');
    await expect(page.getByText('Task Arithmetic Studio is loading.')).toBeVisible();
  });
});
