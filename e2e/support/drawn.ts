/** Measuring a page waits until it is drawn: what it shows for a moment on a busy machine says nothing. */
import type { Locator, Page } from '@playwright/test';

/** The page, once it is drawn for what it was last given: a frame, and what follows from the sizes it had. */
export async function drawn(page: Page): Promise<Page> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
      }),
  );
  return page;
}

/**
 * Where an element stands once the page is drawn.
 *
 * @throws where it is not there, or not drawn
 */
export async function boxOf(element: Locator) {
  await element.waitFor();
  await drawn(element.page());
  const box = await element.boundingBox();
  if (box === null) throw new Error(`${element} is not drawn`);
  return box;
}

/**
 * Where each of several elements stands once the page is drawn.
 *
 * @throws where one of them is not drawn
 */
export async function boxesOf(elements: Locator) {
  await drawn(elements.page());
  return elements.evaluateAll((found) =>
    found.map((element) => {
      if (element.getClientRects().length === 0) {
        throw new Error(`${element.outerHTML.slice(0, 120)} is not drawn`);
      }
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );
}
