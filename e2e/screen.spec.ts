/** The page's layout, by measured boxes: on an engine that shows what it is told to, so that every state can be held. */
import type { Page } from '@playwright/test';
import type { room } from './pages/screen';
import { openTestPage } from './support/pages';
import { DEMO_NAMES, filled, firstBatch, importing, justMoved } from './support/scenes';
import { expect, test } from './support/test';

const WIDTHS = [360, 1024, 1280, 1440];

const open = (page: Page) => openTestPage<typeof room>(page, 'screen');

/** Boxes of everything that stays where it is while figures come, by what it is. */
async function boxes(page: Page): Promise<Record<string, readonly number[]>> {
  return page.evaluate(() => {
    const kept =
      '.method, .formula, .headline, .plot, .fader, .status-line, .instrument-foot, .accuracy, .accuracy th, .accuracy td, .export, .engine-bar, .pools, .row';
    const found: Record<string, number[]> = {};
    for (const [place, element] of document.querySelectorAll(kept).entries()) {
      const { left, top, width, height } = element.getBoundingClientRect();
      // Its first class: others say how fresh it is.
      found[`${place} ${element.tagName} ${element.classList[0] ?? ''}`] = [
        left,
        top,
        width,
        height,
      ].map((value) => Math.round(value * 10) / 10);
    }
    return found;
  });
}

test.describe('while it computes', () => {
  for (const width of WIDTHS) {
    test(`nothing moves and nothing known disappears at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const call = await open(page);
      const complete = filled(DEMO_NAMES);
      await call('show', complete, null);
      const headline = page.locator('.headline strong');
      const known = await headline.innerText();
      const before = await boxes(page);

      await page.getByRole('slider', { name: 'Scaling factor' }).fill('0.5');
      await expect(page.locator('.headline.stale')).toHaveText(new RegExp(known));
      const moved = justMoved(complete, 0.5);
      await call('push', moved);
      await expect(page.getByText(/^Scoring chess/)).toBeVisible();
      await expect(page.locator('.headline.stale strong')).toHaveText(known);
      await expect(page.locator('.accuracy tbody td.merged.stale')).toHaveCount(4);
      expect(await boxes(page)).toEqual(before);

      await call('push', firstBatch(moved));
      await expect(page.locator('.accuracy tbody td.merged.running')).toHaveCount(1);
      await expect(page.locator('.accuracy tbody td.merged.stale')).toHaveCount(3);
      expect(await boxes(page)).toEqual(before);

      await call('push', complete);
      await expect(page.locator('.accuracy td.merged.final')).toHaveCount(5);
      expect(await boxes(page)).toEqual(before);
    });

    test(`jobs have a place of their own at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const call = await open(page);
      const complete = filled(DEMO_NAMES);
      await call('show', complete, null);
      const before = await boxes(page);
      await call('push', importing(complete, 3));
      const stops = page.getByRole('list', { name: 'Work in progress' }).getByRole('button');
      await expect(stops).toHaveCount(3);
      for (const stop of await stops.all()) await expect(stop).toBeInViewport();
      expect(await boxes(page)).toEqual(before);
    });
  }
});
