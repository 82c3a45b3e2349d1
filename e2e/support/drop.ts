/** Files and folders of this disk, dropped on the page by the browser itself as from a file manager. */
import { expect, type Page } from '@playwright/test';

/** Drops what lies under `paths`; a folder brings everything in it. */
export async function dropFiles(page: Page, ...paths: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = { x: 200, y: 200, data: { items: [], files: paths, dragOperationsMask: 1 } };
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at });
  await expect(page.getByText('Drop checkpoints or test images')).toBeVisible();
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...at });
  await session.detach();
}
