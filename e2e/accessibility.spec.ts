/** axe in every state, both themes, a phone and a laptop; and what it does not measure: zoom, targets, motion. */
import type { Page } from '@playwright/test';
import type { room } from './pages/screen';
import { violations } from './support/axe';
import { drawn } from './support/drawn';
import { layoutFaults } from './support/looks';
import { openTestPage } from './support/pages';
import { DEMO_NAMES, filled, firstBatch, importing, justMoved, LAYERED } from './support/scenes';
import { expect, test } from './support/test';

/** Controls smaller than 24 px each way that have no such room around them (WCAG 2.2, 2.5.8; links in text are exempt). */
async function smallTargets(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() => {
    const controls = [
      ...document.querySelectorAll('button, input, select, summary, a[href], .file-button'),
    ].flatMap((element) => {
      // What a label carries is pressed by its label.
      const pressed = element.matches('input') ? (element.closest('label') ?? element) : element;
      const box = pressed.getBoundingClientRect();
      // What is clipped away waits for the keyboard.
      const clipped = getComputedStyle(element).clipPath !== 'none';
      const seen = !clipped && element.checkVisibility({ visibilityProperty: true });
      // A word that explains itself stands in its text.
      const inText = element.matches('.term') || getComputedStyle(element).display === 'inline';
      return seen && !inText ? [{ element: pressed, box }] : [];
    });
    const isSmall = ({ box }: { box: DOMRect }) => box.width < 23.5 || box.height < 23.5;
    const middle = ({ box }: { box: DOMRect }) => ({
      x: box.left + box.width / 2,
      y: box.top + box.height / 2,
    });
    return controls.filter(isSmall).flatMap((small) => {
      const { x, y } = middle(small);
      const crowded = controls.some((other) => {
        if (other.element === small.element || other.element.contains(small.element)) return false;
        if (small.element.contains(other.element)) return false;
        const { left, right, top, bottom } = other.box;
        const [dx, dy] = [Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)];
        return Math.hypot(dx, dy) < 12;
      });
      const { width, height } = small.box;
      return crowded
        ? [`${small.element.outerHTML.slice(0, 120)}: ${Math.round(width)} x ${Math.round(height)}`]
        : [];
    });
  });
}

const complete = filled(DEMO_NAMES);
const moved = justMoved(complete, 0.5);
const empty = { ...filled([]), pool: { models: [], findings: [], mergeable: false } };

type Call = Awaited<ReturnType<typeof openTestPage<typeof room>>>;

/** Every state, after the one before it, by what brings it about. */
const STATES: readonly { readonly name: string; go(page: Page, call: Call): Promise<unknown> }[] = [
  { name: 'empty', go: (_, call) => call('push', empty) },
  { name: 'importing', go: (_, call) => call('push', importing(complete, 3)) },
  { name: 'scoring', go: (_, call) => call('push', moved) },
  { name: 'the first batch is in', go: (_, call) => call('push', firstBatch(moved)) },
  { name: 'scored', go: (_, call) => call('push', complete) },
  {
    name: 'details are open',
    go: async (page) => {
      const pool = (name: string) => page.getByRole('region', { name });
      await pool('Model pool')
        .getByRole('button', { name: /^Expert: chess/ })
        .click();
      await pool('Task pool')
        .getByRole('button', { name: /^chess/ })
        .click();
    },
  },
  {
    name: 'the equaliser is open',
    go: async (page, call) => {
      await page.getByRole('button', { name: 'Layer factors', exact: true }).click();
      await call('push', { ...complete, layers: LAYERED });
    },
  },
  {
    name: 'an error notice',
    go: (page) => page.evaluate(() => void setTimeout(() => Promise.reject(new Error('planted')))),
  },
];

const DIALOGS = [
  'About',
  'Curve as a table',
  'Rename',
  'Edit classes and prompts',
  'Try a picture',
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, width, height] of [
    ['laptop', 1280, 800],
    ['phone', 360, 740],
  ] as const) {
    test.describe(`${colorScheme}, ${device}`, () => {
      test.use({ colorScheme, viewport: { width, height }, expectedProblems: [/planted/] });

      test('axe finds nothing in any state, and every target can be hit', async ({ page }) => {
        const call = await openTestPage<typeof room>(page, 'screen');
        await call('show', complete, 'A demo of one sentence.');
        for (const { name, go } of STATES) {
          await go(page, call);
          await page.evaluate(() => new Promise(requestAnimationFrame));
          expect.soft(await violations(page), name).toEqual([]);
          expect.soft(await smallTargets(page), name).toEqual([]);
        }
        for (const name of DIALOGS) {
          await page.getByRole('button', { name, exact: true }).first().click();
          await expect(page.getByRole('dialog')).toBeVisible();
          expect.soft(await violations(page), name).toEqual([]);
          await page.keyboard.press('Escape');
          await expect(page.getByRole('dialog')).toBeHidden();
        }
      });
    });
  }
}

test('axe finds nothing while the engine is not up', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'screen');
  await call('show', null, 'A demo of one sentence.');
  expect(await violations(page)).toEqual([]);
});

test('at 400 % zoom nothing runs out of the window', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const call = await openTestPage<typeof room>(page, 'screen');
  await call('show', empty, null);
  for (const { name, go } of STATES.filter(({ name }) => !/notice/.test(name))) {
    await go(page, call);
    expect.soft(await layoutFaults(page), name).toEqual([]);
  }
});

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves by itself', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'screen');
    await call('show', complete, null);
    for (const { name, go } of STATES.slice(0, 5)) {
      await go(page, call);
      const moving = await page.evaluate(() =>
        document.getAnimations().flatMap(({ playState, effect }) => {
          const { duration = 0, iterations = 1 } = effect?.getComputedTiming() ?? {};
          const long = Number(duration) > 10 || iterations === Number.POSITIVE_INFINITY;
          return playState === 'running' && long ? [String(duration)] : [];
        }),
      );
      expect.soft(moving, name).toEqual([]);
    }
  });
});

test('the measures see what they are for', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'screen');
  await call('show', complete, null);
  await page.evaluate(() => {
    for (let i = 0; i < 2; i++) {
      const planted = document.createElement('button');
      planted.className = 'planted';
      Object.assign(planted.style, {
        display: 'block',
        padding: '0',
        width: '10px',
        minHeight: '0',
        height: '10px',
      });
      document.querySelector('.studio')?.prepend(planted);
    }
  });
  expect((await violations(page)).join()).toContain('button-name');
  expect((await smallTargets(page)).join()).toContain('planted');
});
