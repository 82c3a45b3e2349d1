/** What every spec of the page itself needs first. */
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

/** Opens the page without its demo and waits until its engine runs and has tested its own arithmetic. */
export async function openStudio(page: Page, url = '/') {
  const response = await page.goto(`${url}#demo=off`);
  await expect(page).toHaveTitle('Task Arithmetic Studio');
  await expect(page.getByRole('contentinfo')).toContainText('bit-exact');
  return response;
}
