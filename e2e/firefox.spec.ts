/** Firefox: the demo's scores, its bytes, its next visit; and WebGPU by another compiler (Naga) and driver (Mesa). */
import { findFirefox } from '../scripts/lib/other-browsers.mjs';
import type { room as kernels } from './pages/kernels';
import type { room as team } from './pages/team';
import { demoRows } from './support/demo-results';
import { type DrivenBrowser, evaluate } from './support/driven/browser';
import { demoPath } from './support/driven/demo-path';
import { openFirefox, WEBGPU_PREFERENCES } from './support/driven/firefox';
import { look, scored } from './support/driven/studio';
import { expect, test } from './support/driven/test';
import type { CallRoom, Room } from './support/pages';

const firefox = findFirefox();
test.skip(firefox === undefined, 'There is no Firefox here.');

demoPath(() => openFirefox(firefox ?? ''));

/** Mesa's adapter of software, on two cores that others use, too. */
const SLOW_ADAPTER_MS = 180_000;

/** Opens a test page there and offers its functions. */
async function room<R extends Room>(browser: DrivenBrowser, url: string): Promise<CallRoom<R>> {
  await browser.goto(url);
  const call = (name: string, ...args: readonly unknown[]) =>
    evaluate(
      browser,
      async (wanted: string, given: readonly unknown[]) => {
        while (globalThis.room === undefined) await new Promise((next) => setTimeout(next, 50));
        return globalThis.room[wanted]?.(...given);
      },
      name,
      args,
    );
  return call as CallRoom<R>;
}

test('its threads, which its page begins, compute element-wise kernels together as the reference does', async ({
  baseURL,
}) => {
  const browser = await openFirefox(firefox ?? '');
  try {
    const call = await room<typeof team>(browser, `${baseURL}pages/team.html`);
    // Begun by the worker itself, one in ten would never be there on a busy machine, and the worker with it.
    const found = await call('differing', 7);
    expect(found?.all).toBeGreaterThan(50);
    expect(found?.differing).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('its WebGPU holds the kernel table, passes the self-test and scores as FusionBench', async ({
  baseURL,
}) => {
  test.setTimeout(2 * SLOW_ADAPTER_MS);
  const browser = await openFirefox(firefox ?? '', WEBGPU_PREFERENCES);
  try {
    const call = await room<typeof kernels>(browser, `${baseURL}pages/kernels.html`);
    const { software } = await call('adapter');
    expect(software).toBe(true);
    const table = await call('runTable');
    expect(table.length).toBeGreaterThan(60);
    expect(table.filter(({ differing }) => differing > 0)).toEqual([]);
    const { exact, detail } = await call('selfTest');
    expect(exact || detail.includes('flushes subnormals')).toBe(true);
    expect(detail).not.toMatch(/fuses|reassociates|rounds otherwise/);

    // One of the demo's tasks: all four take this adapter three minutes.
    await browser.goto(`${baseURL}#lambda=0.8`);
    await expect
      .poll(async () => Object.keys((await look(browser)).rows).length, { timeout: 60_000 })
      .toBe(5);
    await evaluate(browser, () => {
      for (const box of document.querySelectorAll<HTMLInputElement>(
        'input[aria-label^="Score "]',
      )) {
        if (box.getAttribute('aria-label') !== 'Score chess') box.click();
      }
      const select = document.querySelector<HTMLSelectElement>('.engine-bar select');
      if (!select) throw new Error('The engine line has no choice.');
      select.value = 'webgpu';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await expect
      .poll(async () => (await look(browser)).engine, { timeout: SLOW_ADAPTER_MS })
      .toContain('WebGPU was chosen');
    const { rows } = await scored(browser, SLOW_ADAPTER_MS);
    expect(Object.keys(rows)).toEqual(['chess', 'Average']);
    expect(rows.chess).toEqual(demoRows('0.8').chess);
  } finally {
    await browser.close();
  }
});
