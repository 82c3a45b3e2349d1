/** Moving about with the keyboard alone. */
import { expect, type Locator, type Page } from '@playwright/test';

/** More stops than the page has with everything unfolded: who comes round without meeting the control cannot reach it. */
const MAX_STOPS = 300;

/** Presses Tab until the control has the focus. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    const focused = control.evaluate((element) => element === document.activeElement, null, {
      timeout: 10_000,
    });
    if (await focused) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${control} cannot be reached by Tab.`);
}
