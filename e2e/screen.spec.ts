/** The page's layout, by measured boxes: on an engine that shows what it is told to, so that every state can be held. */
import type { Page } from '@playwright/test';
import manifest from '../public/demo/manifest.json' with { type: 'json' };
import type { room } from './pages/screen';
import { boxOf, drawn } from './support/drawn';
import { layoutFaults, overflow } from './support/looks';
import { openTestPage } from './support/pages';
import {
  DEMO_NAMES,
  FOREIGN_NAMES,
  filled,
  firstBatch,
  importing,
  justMoved,
  LONG_NAMES,
  SOLID_NAMES,
  TWENTY_NAMES,
  withWeightsFound,
} from './support/scenes';
import { expect, test } from './support/test';
import { unreadableText } from './support/text-looks';

/** A phone, a tablet, small and usual laptops, a desk; and 1280 px at 400 % zoom. */
const WIDTHS = [320, 360, 768, 1024, 1280, 1440];

/** Where the panels come to stand beside each other, and a page between the usual ones. */
const BETWEEN = [600, 960, 1100];

const open = (page: Page) => openTestPage<typeof room>(page, 'screen');

/** Boxes of everything that stays where it is while figures come, by what it is. */
async function boxes(page: Page): Promise<Record<string, readonly number[]>> {
  return (await drawn(page)).evaluate(() => {
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

declare global {
  var framesSeen: number;
  var wrongFrames: string[];
}

/** Counts the frames that have a plot, and keeps those in which it is not as large as its place. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.framesSeen = 0;
    globalThis.wrongFrames = [];
    const look = () => {
      const drawing = document.querySelector('.plot-drawing');
      const place = drawing?.parentElement;
      if (drawing && place) {
        const has = Math.round(drawing.getBoundingClientRect().width);
        const wanted = Math.floor(place.getBoundingClientRect().width);
        globalThis.framesSeen += 1;
        if (has !== wanted) globalThis.wrongFrames.push(`${has} px wide in ${wanted} px`);
      }
    };
    // Those who follow sizes are told of them after the frame's callbacks, the youngest last, and then it is painted.
    const lookLast = () => {
      new ResizeObserver((_, self) => {
        self.disconnect();
        look();
      }).observe(document.documentElement);
      requestAnimationFrame(lookLast);
    };
    requestAnimationFrame(lookLast);
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
      // What is pushed is the answer to it.
      await expect.poll(() => call('asked')).toContain('setScalingFactor');
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

/** Boxes of texts that lie over each other, by their texts. */
async function collisions(page: Page, selector: string): Promise<string[]> {
  return (await drawn(page)).evaluate((wanted) => {
    const texts = [...document.querySelectorAll(wanted)].map((element) => ({
      text: element.textContent ?? '',
      box: element.getBoundingClientRect(),
    }));
    return texts.flatMap((a, i) =>
      texts.slice(i + 1).flatMap((b) => {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        // The boxes of two lines of text touch by their leading.
        return across > 1 && down > 2 ? [`${a.text} / ${b.text}: ${across} x ${down}`] : [];
      }),
    );
  }, selector);
}

/** Whatever runs out of the panel that it stands in. */
async function spills(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() =>
    ['.bench', '.pools'].flatMap((name) => {
      const panel = document.querySelector(name);
      if (!panel || panel.scrollWidth <= panel.clientWidth) return [];
      const { right } = panel.getBoundingClientRect();
      const wide = [...panel.querySelectorAll('*')].filter(
        (element) => element.getBoundingClientRect().right > right,
      );
      return wide.map((element) => `${name}: ${element.tagName} ${element.className}`);
    }),
  );
}

test.describe('names', () => {
  const kinds = { LONG_NAMES, SOLID_NAMES, FOREIGN_NAMES, TWENTY_NAMES };
  for (const width of WIDTHS) {
    test(`of every kind fit at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const call = await open(page);
      await call('show', filled(DEMO_NAMES), null);
      for (const [kind, names] of Object.entries(kinds)) {
        await call('push', filled(names));
        await expect(page.locator('.pool-list .name')).toHaveCount(2 * names.length + 1);
        expect.soft(await overflow(page), kind).toEqual([]);
        expect.soft(await spills(page), kind).toEqual([]);
        expect.soft(await collisions(page, '.plot-drawing text'), kind).toEqual([]);
      }
    });
  }

  test('are shown by what differs, and whole on hover and focus', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const call = await open(page);
    await call('show', filled(LONG_NAMES), null);
    const row = page.getByRole('button', { name: `Expert: ${LONG_NAMES[1]}` });
    await expect(row.locator('.name > :first-child')).toHaveText('…\u2060cars_12');
    const tip = page.getByRole('tooltip');
    await row.locator('.name').hover();
    await expect(tip).toHaveText(LONG_NAMES[1] ?? '');
    await page.mouse.move(900, 5);
    await expect(tip).toBeHidden();
    await page.getByRole('checkbox', { name: `Include ${LONG_NAMES[1]}` }).focus();
    await page.keyboard.press('Tab');
    await expect(row).toBeFocused();
    await expect(tip).toHaveText(LONG_NAMES[1] ?? '');
  });

  test('of twenty experts are folded in the formula, and unfolded', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const call = await open(page);
    await call('show', filled(TWENTY_NAMES), null);
    const fold = page.getByRole('button', { name: 'Σ 20 task vectors' });
    await expect(page.locator('.summand')).toHaveCount(0);
    await fold.click();
    await expect(page.locator('.summand')).toHaveCount(20);
    expect(await spills(page)).toEqual([]);
  });
});

test.describe('text', () => {
  for (const width of [...WIDTHS, ...BETWEEN]) {
    test(`can be read, whatever is unfolded, at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const call = await open(page);
      await call('show', withWeightsFound(DEMO_NAMES), null);
      await page
        .getByRole('table', { name: 'Accuracy by task' })
        .getByRole('button', { name: 'chess' })
        .click();
      await expect(page.getByRole('table', { name: 'Accuracy by class of chess' })).toBeVisible();
      for (const toggle of await page.locator('.pools .row-toggle').all()) await toggle.click();
      expect.soft(await layoutFaults(page), 'unfolded').toEqual([]);
      for (const names of [DEMO_NAMES, LONG_NAMES, SOLID_NAMES, FOREIGN_NAMES, TWENTY_NAMES]) {
        const what = `${names[0]} and others`;
        await call('push', firstBatch(justMoved(filled(names), 0.5)));
        await expect(page.locator('.pool-list .name')).toHaveCount(2 * names.length + 1);
        expect.soft(await layoutFaults(page), what).toEqual([]);
      }
    });
  }
});

test.describe('the plot', () => {
  test('has its place’s size in the first frame, and in every one while the window narrows', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const call = await open(page);
    await watchFrames(page);
    await call('show', filled(DEMO_NAMES), null);
    await expect(page.locator('.current-spot')).toBeVisible();
    for (const width of [1024, 600, 340]) await page.setViewportSize({ width, height: 640 });
    await drawn(page);
    expect(await page.evaluate(() => globalThis.wrongFrames)).toEqual([]);
    expect(await page.evaluate(() => globalThis.framesSeen)).toBeGreaterThan(1);
  });

  test('has a third of a laptop’s window, and begins where something was visited', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const call = await open(page);
    await call('show', filled(DEMO_NAMES), null);
    const plot = await boxOf(page.locator('.plot'));
    expect(plot.height).toBeGreaterThan(800 / 3);
    // The handle stands below its value.
    const mark = await boxOf(page.locator('.current-spot'));
    const fader = await boxOf(page.getByRole('slider', { name: 'Scaling factor' }));
    const middle = mark.x + mark.width / 2;
    const share = (0.3 + 1) / 3;
    const handle = fader.x + 8 + share * (fader.width - 16);
    expect(Math.abs(middle - handle)).toBeLessThan(1);
  });

  test('tells every task at the value under the pointer, and at the one the keys went to', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 1024, height: 768 });
    const call = await open(page);
    await call('show', filled(DEMO_NAMES), null);
    const values = page.getByRole('slider', { name: 'Visited values' });
    await values.hover();
    await expect(page.locator('.plot-readout li')).toHaveCount(4);
    await page.mouse.move(600, 5);
    await expect(page.locator('.plot-readout')).toHaveCount(0);
    await page.getByRole('button', { name: '±' }).focus();
    await page.keyboard.press('Tab');
    await expect(values).toBeFocused();
    await expect(values).toHaveAttribute('aria-valuetext', /^λ 0\.30: average [\d.]+ %/);
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.plot-readout p')).toHaveText(/^λ 0\.40:/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('spinbutton', { name: 'Scaling factor value' })).toHaveValue(
      '0.40',
    );
  });
});

test('the axis stands still while the handle is held, and opens when it is let go below zero', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), null);
  const slider = page.getByRole('slider', { name: 'Scaling factor' });
  const before = await boxOf(slider);
  const at = (value: number) => before.x + 8 + ((value + 1) / 3) * (before.width - 16);
  const middle = before.y + before.height / 2;
  await page.mouse.move(at(0.3), middle);
  await page.mouse.down();
  await page.mouse.move(at(0), middle);
  await page.mouse.move(at(-0.3), middle);
  const field = page.getByRole('spinbutton', { name: 'Scaling factor value' });
  await expect(field).toHaveValue('-0.30');
  expect(await boxOf(slider)).toEqual(before);
  await page.mouse.up();
  await expect.poll(async () => (await boxOf(slider)).width).toBeLessThan(before.width);
  await expect(field).toHaveValue('-0.30');
});

test('the curve is taken along in every format', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), null);
  await page.getByRole('button', { name: 'Curve as a table' }).click();
  for (const [i, kind] of ['CSV', 'JSON', 'SVG', 'PNG'].entries()) {
    await page.getByRole('button', { name: `Download the curve as ${kind}` }).click();
    await expect.poll(async () => (await call('saved')).length).toBe(i + 1);
  }
  const name = 'accuracy_by_scaling_factor';
  expect(await call('saved')).toEqual([
    { name: `${name}.csv`, type: 'text/csv', width: null },
    { name: `${name}.json`, type: 'application/json', width: null },
    { name: `${name}.svg`, type: 'image/svg+xml', width: null },
    { name: `${name}.png`, type: 'image/png', width: 2016 },
  ]);
});

test('terms explain themselves on hover, focus, key and touch', async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    hasTouch: true,
    viewport: { width: 1280, height: 800 },
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  const page = await context.newPage();
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), null);
  const tip = page.getByRole('tooltip');
  const term = page.getByRole('button', { name: 'Expert', exact: true });
  await term.hover();
  await expect(tip).toContainText('fine-tuned on one task');
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
  await page.mouse.move(900, 5);
  await page.getByRole('button', { name: 'Merged', exact: true }).focus();
  await page.keyboard.press('Tab');
  await expect(tip).toContainText('fine-tuned on one task');
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(tip).toBeVisible();
  await page.touchscreen.tap(900, 5);
  await expect(tip).toBeHidden();
  await term.tap();
  await expect(tip).toContainText('fine-tuned on one task');
  const box = await boxOf(tip);
  expect(box.x >= 0 && box.x + box.width <= 1280).toBe(true);
  await context.close();
});

/** Controls smaller than WCAG 2.2's 24 px that do not stand in a line of text or keep their distance. */
async function smallTargets(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() => {
    const least = 24;
    const controls = [
      ...document.querySelectorAll('button, select, input, summary, [tabindex="0"]'),
    ]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }))
      // A term is as large as the box around its word; a file input lies over its button.
      .filter((control) => !control.matches('p *, .term, .skip, [type=file]'))
      .map((control) => ({ control, box: control.getBoundingClientRect() }));
    return controls.flatMap(({ control, box }) => {
      if (box.width >= least - 0.01 && box.height >= least - 0.01) return [];
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const isNear = controls.some(({ control: other, box: beside }) => {
        const across = Math.max(beside.left - x, x - beside.right, 0);
        const down = Math.max(beside.top - y, y - beside.bottom, 0);
        return other !== control && Math.hypot(across, down) < least / 2;
      });
      return isNear ? [`${control.outerHTML.slice(0, 100)}: ${box.width} x ${box.height}`] : [];
    });
  });
}

test('every control can be hit', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), manifest.sentence);
  await page.getByRole('button', { name: 'Expert: chess' }).click();
  await page
    .getByRole('button', { name: /^mnist/ })
    .first()
    .click();
  expect(await smallTargets(page)).toEqual([]);
});

test('the demo’s sentence stands in one line beside its button', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), manifest.sentence);
  const sentence = page.getByText(manifest.sentence);
  const lines = await sentence.evaluate((element) => element.getClientRects().length);
  const height = (await boxOf(sentence)).height;
  expect(lines).toBe(1);
  expect(height).toBeLessThan(24);
  const [text, button] = [
    await boxOf(sentence),
    await boxOf(page.getByRole('button', { name: 'Hide the demo' })),
  ];
  expect(button.x).toBeGreaterThan(text.x + text.width);
});

test('the page says what it is for before its engine is there', async ({ page }) => {
  const call = await open(page);
  await call('show', null, null);
  const page1 = page.getByRole('region', { name: 'How to begin' });
  await expect(page1).toContainText('Merge fine-tuned CLIP models in your browser');
  for (const kind of ['folder', 'zip', 'Parquet', 'tar']) await expect(page1).toContainText(kind);
  await expect(page.getByRole('status')).toHaveText('Starting the engine');
});

test('what is drawn is seen in forced colours too', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ forcedColors: 'active' });
  const call = await open(page);
  await call('show', filled(TWENTY_NAMES), null);
  const unseen = await page.evaluate(() => {
    const canvas = getComputedStyle(document.body).backgroundColor;
    const drawn: readonly (readonly [string, string])[] = [
      ['.norm-bar > span', 'background-color'],
      ['.status-bar > span', 'background-color'],
      ['.swatch line', 'stroke'],
      ['.task-line', 'stroke'],
      ['.current-spot', 'fill'],
      ['.range-strip circle', 'fill'],
      ['.range-strip .expert', 'stroke'],
    ];
    return drawn.flatMap(([selector, property]) => {
      const element = document.querySelector(selector);
      const colour = element && getComputedStyle(element).getPropertyValue(property);
      return !colour || colour === canvas || colour === 'none' ? [`${selector}: ${colour}`] : [];
    });
  });
  expect(unseen).toEqual([]);
  // Without their colours, the lines are told by their dashes.
  const dashes = await page
    .locator('.task-line')
    .evaluateAll(
      (lines) => new Set(lines.map((line) => line.getAttribute('stroke-dasharray'))).size,
    );
  expect(dashes).toBe(3);
});

test('on paper there is the whole of what was found, and nothing to press', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const call = await open(page);
  await call('show', filled(TWENTY_NAMES), null);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.export')).toBeHidden();
  await expect(page.locator('.fader')).toBeHidden();
  const cut = await page.evaluate(() =>
    ['.studio', '.bench', '.pools'].filter((name) => {
      const element = document.querySelector(name);
      return element !== null && element.scrollHeight > element.clientHeight + 1;
    }),
  );
  expect(cut).toEqual([]);
});

test('the measures see what they are for', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  const call = await open(page);
  await call('show', filled(DEMO_NAMES), null);
  await page.evaluate(() => {
    const label = document.querySelector('.end-labels text');
    label?.parentElement?.append(label.cloneNode(true));
    const wide = document.createElement('div');
    Object.assign(wide.style, { width: '2000px', height: '1px' });
    document.querySelector('.bench')?.prepend(wide);
    const small = document.createElement('button');
    Object.assign(small.style, {
      width: '8px',
      minHeight: '8px',
      padding: '0',
      marginLeft: '-4px',
    });
    document.querySelector('.status-actions')?.append(small);
  });
  expect(await collisions(page, '.plot-drawing text')).toHaveLength(1);
  expect(await unreadableText(page)).toEqual([expect.stringMatching(/^over "/)]);
  expect(await spills(page)).toContainEqual('.bench: DIV ');
  expect(await smallTargets(page)).not.toEqual([]);
});
