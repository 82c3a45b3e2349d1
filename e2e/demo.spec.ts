import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { boxOf } from './support/drawn';
import { accuracies, accuracyTable, percent } from './support/fixture-pool';
import { recordKinds } from './support/library';
import { expect, test } from './support/test';
import { tasksDuring } from './support/thread-tasks';
import { type PageWatch, testServerReports, watchPage } from './support/watch';

interface Column {
  readonly average: number;
  readonly tasks: Readonly<Record<string, { readonly accuracy: number }>>;
}
const results = JSON.parse(
  readFileSync(new URL('../public/demo/results.json', import.meta.url), 'utf8'),
) as {
  readonly experts: readonly string[];
  readonly experts_on_their_own_task: number;
  readonly models: Readonly<Record<string, Column>>;
  readonly task_arithmetic: Readonly<Record<string, Column>>;
};

/** Whatever the status line says, and when, in milliseconds since the page began. */
interface Said {
  readonly text: string;
  readonly at: number;
}

declare global {
  var said: Said[];
  /** From the last move of the slider to the first average of its value, in milliseconds. */
  var firstAverage: () => number | null;
}

/** Runs in the page. */
function listen(): void {
  globalThis.said = [];
  let lastInput: number | null = null;
  let firstAverage: number | null = null;
  document.addEventListener(
    'input',
    () => {
      lastInput = performance.now();
      firstAverage = null;
    },
    true,
  );
  new MutationObserver(() => {
    const line = document.querySelector('.status-text') ?? document.querySelector('[role=status]');
    const text = line?.textContent;
    if (text && globalThis.said.at(-1)?.text !== text) {
      globalThis.said.push({ text, at: performance.now() });
    }
    // Of another value it is stale, and without one there is none.
    if (
      lastInput !== null &&
      document.querySelector('.headline:not(.stale) strong:not(.unknown)')
    ) {
      firstAverage ??= performance.now() - lastInput;
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  globalThis.firstAverage = () => firstAverage;
}

/** One tab for the whole file: scoring the demo is what takes long. */
test.describe.configure({ mode: 'serial' });
test.slow();
let page: Page;
let watch: PageWatch;

test.beforeAll(async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL });
  page = await context.newPage();
  watch = await watchPage(page, new URL(baseURL ?? '').origin, testServerReports(page.request));
  await page.addInitScript(listen);
});
test.afterEach(async () => {
  expect(await watch.problems(), 'the page misbehaved').toEqual([]);
});
test.afterAll(() => page.context().close());

const done = () => page.getByRole('status').filter({ hasText: /^Scored (\d+) of \1 images$/ });
/** Of a row of the curve as a table. */
const factorOf = (row: string) => row.split('\t')[0];
/** How many pictures its average is of; where it does not say so, all. */
const picturesOf = (row: string) =>
  Number(/ on ([\d,]+) images/.exec(row)?.[1]?.replaceAll(',', '') ?? Number.POSITIVE_INFINITY);
const annotate = (type: string, description: string) =>
  test.info().annotations.push({ type, description });

test('the demo is there at first start and scores as its card says', async () => {
  await page.goto('/#lambda=0.8');
  await expect(done()).toBeVisible({ timeout: 240_000 });
  const manifest = JSON.parse(
    readFileSync(new URL('../public/demo/manifest.json', import.meta.url), 'utf8'),
  ) as { sentence: string };
  await expect(page.getByText(manifest.sentence)).toBeVisible();

  for (const task of results.experts) {
    expect(await accuracies(page, task)).toEqual({
      Pretrained: percent(results.models._pretrained_?.tasks[task]?.accuracy),
      Merged: percent(results.task_arithmetic['0.8']?.tasks[task]?.accuracy),
      Expert: percent(results.models[task]?.tasks[task]?.accuracy),
    });
  }
  expect(await accuracies(page, 'Average')).toEqual({
    Pretrained: percent(results.models._pretrained_?.average),
    Merged: percent(results.task_arithmetic['0.8']?.average),
    Expert: percent(results.experts_on_their_own_task),
  });
});

const STEPS = 60;
/** What the Long Tasks API calls long; here it is processor time, whatever else runs on the machine. */
const LONG_TASK_MS = 50;

/** Drags the slider and waits for the first average of where it is let go. */
async function drag(from: number, to: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Scaling factor' });
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await boxOf(slider);
  // From -1 to 2, the handle's own width left out.
  const place = (value: number) => x + height / 2 + ((value + 1) / 3) * (width - height);
  const tasks = await tasksDuring(page, async () => {
    await page.mouse.move(place(from), y + height / 2);
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step++) {
      await page.mouse.move(place(from + ((to - from) * step) / STEPS), y + height / 2);
    }
    await page.mouse.up();
    await expect.poll(() => page.evaluate(() => globalThis.firstAverage())).not.toBeNull();
  });
  const firstAverage = await page.evaluate(() => globalThis.firstAverage());
  annotate('first average after the last move', `${firstAverage?.toFixed(0)} ms`);
  annotate('longest tasks', JSON.stringify(tasks.slice(0, 5).map((task) => Math.round(task))));
  expect(tasks.length).toBeGreaterThan(STEPS);
  expect(tasks.filter((task) => task > LONG_TASK_MS)).toEqual([]);
}

test('the slider is dragged without a hitch, and an average follows', async () => {
  await drag(0.8, 0.43);
  await page.getByRole('slider', { name: 'Scaling factor' }).fill('0.3');
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'true');
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false', { timeout: 120_000 });
  const moved = results.task_arithmetic['0.3'];
  expect((await accuracies(page, 'Average')).Merged).toBe(percent(moved?.average));
});

test('nor is there a hitch while a gallery is open, which follows', async () => {
  const row = accuracyTable(page).getByRole('button', { name: 'flags' });
  await row.click();
  await page.getByRole('tab', { name: 'Pictures' }).click();
  const tiles = page.getByRole('list', { name: 'Pictures of flags' });
  await expect(tiles.getByRole('listitem')).toHaveCount(24);
  const merged = () => tiles.locator('.tile-guess.merged').allInnerTexts();
  await expect(tiles.locator('img').last()).toBeAttached();
  const before = await merged();
  await drag(0.3, 0.7);
  // Nothing of another value is left when this one is scored.
  await expect(tiles.locator('.tile-guess.merged.stale')).toHaveCount(0, { timeout: 120_000 });
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false', { timeout: 120_000 });
  expect(await merged()).not.toEqual(before);
  await row.click();
});

test('after a reload everything that was scored is there at once, the sweep’s curve too, and nothing is computed', async () => {
  await page.getByRole('button', { name: /^Sweep/ }).click();
  // Some of it is enough.
  await expect(page.getByText(/^Sweep [3-9] of 16$/)).toBeVisible({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: /^Stopped/ })).toBeVisible();
  const curve = async () => {
    await page.getByRole('button', { name: 'Curve as a table' }).click();
    const table = page.getByRole('table', { name: 'Accuracy by scaling factor' });
    const rows = await table.getByRole('row').allInnerTexts();
    await page.keyboard.press('Escape');
    return rows;
  };
  const rows = ['Average', ...results.experts];
  const table = () => Promise.all(rows.map((name) => accuracies(page, name)));
  const before = { table: await table(), curve: await curve(), kinds: await recordKinds(page) };
  // The heading, the two values of the tests before this one, and what was swept.
  expect(before.curve.length).toBeGreaterThan(3);

  // Points are refined all the while, and kept a second later: what was read is kept by then.
  await page.waitForTimeout(3000);
  await page.reload();
  await expect(done()).toBeVisible();
  const said = await page.evaluate(() => globalThis.said);
  annotate('Scored N of N after a reload', `${said.at(-1)?.at.toFixed(0)} ms`);
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false');
  expect(await table()).toEqual(before.table);
  const after = await curve();
  expect(after.map(factorOf)).toEqual(before.curve.map(factorOf));
  for (const [place, row] of before.curve.entries()) {
    const kept = after[place] ?? '';
    if (picturesOf(kept) === picturesOf(row)) expect(kept).toBe(row);
    else expect(picturesOf(kept), `${row}, then ${kept}`).toBeGreaterThan(picturesOf(row));
  }
  // Once the engine has started, too, for it might begin only then.
  await expect(page.getByRole('contentinfo')).toContainText('bit-exact');
  const texts = (await page.evaluate(() => globalThis.said)).map(({ text }) => text);
  expect(texts.filter((text) => /Zero-shot head|Scoring/.test(text))).toEqual([]);
  const kinds = await recordKinds(page);
  const count = (all: readonly string[], kind: string) => all.filter((one) => one === kind).length;
  expect(count(kinds, 'derived')).toBe(count(before.kinds, 'derived'));
  expect(count(kinds, 'result')).toBeGreaterThanOrEqual(count(before.kinds, 'result'));
});

test('the demo hides and comes back', async () => {
  await page.getByRole('button', { name: 'Hide the demo' }).click();
  await expect(page.getByRole('button', { name: 'Show the demo' })).toBeVisible();
  await expect(page.getByText('_pretrained_')).toHaveCount(0);
  await page.reload();
  await page.getByRole('button', { name: 'Show the demo' }).click();
  await expect(page.getByText('_pretrained_').first()).toBeVisible();
});
