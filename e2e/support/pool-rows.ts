/** The rows of the model pool, as people read them. */
import type { Locator, Page } from '@playwright/test';
import { modelPool } from './fixture-pool';

/** The button that unfolds a model. */
export const row = (page: Page, role: 'Base' | 'Expert', name: string) =>
  modelPool(page).getByRole('button', { name: `${role}: ${name}` });

/** Names of the models as the page lists them, base first, with the weights that are not 1. */
export async function order(page: Page): Promise<string[]> {
  const rows = modelPool(page).getByRole('button', { name: /^(Base|Expert): / });
  const names = await rows.locator('.row-name').allInnerTexts();
  return names.map((name) => name.replace(/\s+/g, ' ').trim());
}

/** The part of the page about one model, unfolded. */
export async function unfolded(page: Page, name: string): Promise<Locator> {
  const toggle = page.getByRole('button', { name: new RegExp(`^(Base|Expert): ${name}(\\s|×|$)`) });
  if ((await toggle.getAttribute('aria-expanded')) !== 'true') await toggle.click();
  return modelPool(page).getByRole('listitem').filter({ has: toggle });
}
