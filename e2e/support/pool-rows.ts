/** The rows of the model pool, as people read them. */
import type { Page } from '@playwright/test';
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
