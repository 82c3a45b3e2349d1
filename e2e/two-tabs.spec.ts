/** Two tabs over one library: each follows the other, nothing that either did is lost, and there is one demo. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, PlaywrightTestArgs, PlaywrightTestOptions } from '@playwright/test';
import { download, tensorHashes } from './support/downloads';
import {
  accuracies,
  fixtureJson,
  fixturePath,
  IMAGES,
  POOL,
  poolFolder,
  scored,
  temporaryFolder,
} from './support/fixture-pool';
import { holdWriting } from './support/held-writing';
import { listedNames, storedLibrary } from './support/library';
import { row, unfolded } from './support/pool-rows';
import { openStudio } from './support/studio';
import { test as base, expect } from './support/test';
import { testServerReports, watchPage } from './support/watch';

/** What people see of the pools, as texts. */
interface Seen {
  readonly models: readonly string[];
  readonly tasks: readonly string[];
  readonly factor: string;
}

declare global {
  var seen: (() => Seen) | undefined;
}

/** Runs in the page. */
function defineSeen(): void {
  const rows = (title: string) => {
    const sections = [...document.querySelectorAll('section')];
    const pool = sections.find((section) => section.querySelector('h2')?.textContent === title);
    return Array.from(pool?.querySelectorAll('.row') ?? [], (row) => {
      const name = row.querySelector('.row-name')?.textContent ?? '';
      const included = row.querySelector<HTMLInputElement>('.row-head input')?.checked ?? true;
      return included ? name : `${name} (out)`;
    });
  };
  globalThis.seen = () => ({
    models: rows('Model pool'),
    tasks: rows('Task pool'),
    factor:
      document.querySelector<HTMLInputElement>('input[aria-label="Scaling factor value"]')?.value ??
      '',
  });
}

interface Tabs {
  readonly first: Page;
  readonly second: Page;
}

/** Another tab of the same browser, under the same watch. */
async function openSecond({
  context,
  request,
  baseURL,
}: Pick<PlaywrightTestArgs & PlaywrightTestOptions, 'context' | 'request' | 'baseURL'>) {
  const second = await context.newPage();
  const watch = await watchPage(second, new URL(baseURL ?? '').origin, testServerReports(request));
  return { second, watch };
}

const test = base.extend<{ tabs: Tabs }>({
  tabs: async ({ page, context, request, baseURL }, use) => {
    await context.addInitScript(defineSeen);
    const { second, watch } = await openSecond({ context, request, baseURL });
    await use({ first: page, second });
    expect(await watch.problems(), 'the second tab misbehaved').toEqual([]);
  },
});

const look = (page: Page) => page.evaluate(() => globalThis.seen?.());

/** When the page first showed this, in milliseconds since 1970. */
async function shownAt<K extends keyof Seen>(
  page: Page,
  what: K,
  wanted: Seen[K],
): Promise<number> {
  const handle = await page.waitForFunction(
    ([key, text]) =>
      JSON.stringify(globalThis.seen?.()[key as K]) === text &&
      performance.timeOrigin + performance.now(),
    [what as string, JSON.stringify(wanted)] as const,
    { polling: 10, timeout: 10_000 },
  );
  return Number(await handle.jsonValue());
}

/** Acts in one tab, waits until both show the outcome, and notes how much later the other did. */
async function follows<K extends keyof Seen>(
  { acting, following }: { acting: Page; following: Page },
  doing: string,
  act: (page: Page) => Promise<unknown>,
  what: K,
  wanted: Seen[K],
): Promise<void> {
  await test.step(doing, async () => {
    const moments = Promise.all([
      shownAt(acting, what, wanted),
      shownAt(following, what, wanted),
    ]).catch(async (error: Error) => {
      const texts = await Promise.all([look(acting), look(following)]);
      throw new Error(`${doing}: ${JSON.stringify(texts)}. ${error.message}`);
    });
    // Told where it is waited for.
    moments.catch(() => undefined);
    await act(acting);
    const [here, there] = await moments;
    test.info().annotations.push({
      type: 'followed',
      description: `${doing}: ${(there - here).toFixed(0)} ms`,
    });
  });
}

/** Chromium hands files to the tab in front only. */
async function choose(page: Page, input: string, path: string): Promise<void> {
  await page.bringToFront();
  await page.getByLabel(input).setInputFiles(path);
}
const addPool = (page: Page) => choose(page, 'Add checkpoint folder', poolFolder());
const addTasks = (page: Page) => choose(page, 'Add task folder', IMAGES);

async function askToRename(page: Page, name: string, next: string): Promise<() => Promise<void>> {
  await (await unfolded(page, name)).getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(next);
  return () => dialog.getByRole('button', { name: 'Rename' }).click();
}

async function askToRemove(page: Page, name: string): Promise<() => Promise<unknown>> {
  await (await unfolded(page, name)).getByRole('button', { name: 'Remove' }).click();
  const button = await page
    .getByRole('dialog')
    .getByRole('button', { name: 'Remove' })
    .elementHandle();
  // At once, for the other tab may be about to take the dialog away.
  return async () => button?.evaluate((element) => (element as HTMLElement).click());
}

async function askForWeight(
  page: Page,
  name: string,
  weight: string,
): Promise<() => Promise<void>> {
  const field = (await unfolded(page, name)).getByLabel(`Weight of ${name}`);
  await field.fill(weight);
  return () => field.press('Enter');
}

const include = (page: Page, name: string) =>
  page.getByRole('checkbox', { name: `Include ${name} in the merge` });
const factor = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });

test('what is done in one tab is seen in the other', async ({ tabs: { first, second } }) => {
  test.slow();
  await openStudio(first);
  await openStudio(second);
  const there = { acting: first, following: second };
  const back = { acting: second, following: first };

  await follows(there, 'models added', addPool, 'models', [
    'Base: base',
    'Expert: outlines',
    'Expert: surfaces',
  ]);
  await follows(back, 'tasks added', addTasks, 'tasks', ['outlines', 'surfaces']);
  const rename = await askToRename(first, 'outlines', 'shapes');
  await follows(there, 'a model renamed', rename, 'models', [
    'Base: base',
    'Expert: shapes',
    'Expert: surfaces',
  ]);
  await follows(back, 'a model excluded', (page) => include(page, 'shapes').click(), 'models', [
    'Base: base',
    'Expert: shapes (out)',
    'Expert: surfaces',
  ]);
  const weigh = await askForWeight(first, 'surfaces', '0.5');
  await follows(there, 'a model weighted anew', weigh, 'models', [
    'Base: base',
    'Expert: shapes (out)',
    'Expert: surfaces × 0.50',
  ]);
  await follows(
    back,
    'models reordered',
    async (page) => row(page, 'Expert', 'shapes').press('Alt+ArrowDown'),
    'models',
    ['Base: base', 'Expert: surfaces × 0.50', 'Expert: shapes (out)'],
  );
  await follows(
    there,
    'the scaling factor moved',
    async (page) => {
      await factor(page).fill('0.42');
      await factor(page).press('Enter');
    },
    'factor',
    '0.42',
  );
  await follows(
    back,
    'the slider dragged',
    async (page) => {
      const slider = page.getByRole('slider', { name: 'Scaling factor' });
      for (const value of ['0.5', '0.6', '0.7', '0.8', '0.9']) await slider.fill(value);
    },
    'factor',
    '0.90',
  );
  await follows(
    there,
    'a task left out',
    (page) => page.getByRole('checkbox', { name: 'Score outlines' }).click(),
    'tasks',
    ['outlines (out)', 'surfaces'],
  );
  const remove = await askToRemove(second, 'shapes');
  await follows(back, 'a model removed', remove, 'models', [
    'Base: base',
    'Expert: surfaces × 0.50',
  ]);
  await expect(first.getByText('shapes was removed in another tab.')).toBeVisible();

  // Both come to the same numbers, and find everything again.
  for (const tab of [first, second]) {
    await expect(
      tab.getByRole('status').filter({ hasText: /^Scored (\d+) of \1 images/ }),
    ).toBeVisible();
  }
  expect(await accuracies(first, 'Average')).toEqual(await accuracies(second, 'Average'));
  const before = await look(first);
  await first.reload();
  await expect.poll(() => look(first)).toEqual(before);
  const stored = await storedLibrary(first);
  expect(stored.leftovers).toEqual([]);
  expect(await first.evaluate(listedNames)).toEqual({ models: stored.models, tasks: stored.tasks });
});

test('what both tabs edit at once, different models and different fields of one, is all kept', async ({
  tabs: { first, second },
}) => {
  test.slow();
  await openStudio(first);
  await addPool(first);
  await expect(row(first, 'Expert', 'surfaces')).toBeVisible();
  await openStudio(second);
  await expect(row(second, 'Expert', 'surfaces')).toBeVisible();

  /** Both act at the same moment; both tabs and the library come to the same. */
  const atOnce = async (
    doing: string,
    here: () => Promise<unknown>,
    there: () => Promise<unknown>,
    wanted: Partial<Seen>,
  ) => {
    await test.step(doing, async () => {
      await Promise.all([here(), there()]);
      for (const tab of [first, second]) {
        await expect.poll(() => look(tab), { message: doing }).toMatchObject(wanted);
      }
      const { models, leftovers } = await storedLibrary(first);
      expect(leftovers).toEqual([]);
      expect(await first.evaluate(listedNames)).toMatchObject({ models });
    });
  };

  await atOnce(
    'one model renamed, another excluded',
    await askToRename(first, 'outlines', 'shapes'),
    () => include(second, 'surfaces').click(),
    { models: ['Base: base', 'Expert: shapes', 'Expert: surfaces (out)'] },
  );
  await atOnce(
    'one model weighted and excluded',
    await askForWeight(first, 'shapes', '0.25'),
    () => include(second, 'shapes').click(),
    { models: ['Base: base', 'Expert: shapes × 0.25 (out)', 'Expert: surfaces (out)'] },
  );
  await atOnce(
    'one model renamed and weighted',
    await askToRename(first, 'surfaces', 'grounds'),
    await askForWeight(second, 'surfaces', '2'),
    { models: ['Base: base', 'Expert: shapes × 0.25 (out)', 'Expert: grounds × 2.00 (out)'] },
  );
  await atOnce(
    'one model moved, both included',
    () => row(first, 'Expert', 'shapes').press('Alt+ArrowDown'),
    async () => {
      await include(second, 'shapes').click();
      await include(second, 'grounds').click();
    },
    { models: ['Base: base', 'Expert: grounds × 2.00', 'Expert: shapes × 0.25'] },
  );
  await factor(first).fill('0.55');
  await atOnce(
    'the factor set, tasks added',
    () => factor(first).press('Enter'),
    () => addTasks(second),
    { factor: '0.55', tasks: ['outlines', 'surfaces'] },
  );
  const misfit = join(temporaryFolder(), 'alpha');
  cpSync(fixturePath('merge/p16-48/experts/alpha'), misfit, { recursive: true });
  const removeGrounds = await askToRemove(second, 'grounds');
  await atOnce(
    'a model added, another removed',
    () => choose(first, 'Add checkpoint folder', misfit),
    removeGrounds,
    { models: ['Base: base', 'Expert: shapes × 0.25', 'Expert: alpha'] },
  );
  await atOnce(
    'a model removed in both tabs',
    await askToRemove(first, 'alpha'),
    await askToRemove(second, 'alpha'),
    { models: ['Base: base', 'Expert: shapes × 0.25'], factor: '0.55' },
  );

  const after = await look(first);
  for (const tab of [second, first]) {
    await tab.reload();
    await expect.poll(() => look(tab)).toEqual(after);
  }
});

test('two tabs that are opened at once for the first time have one demo', async ({
  tabs: { first, second },
}) => {
  test.slow();
  await Promise.all([first.goto('/'), second.goto('/')]);
  const demo = {
    models: ['_pretrained_', 'chess', 'fashion', 'flags', 'mnist'],
    tasks: ['chess', 'fashion', 'flags', 'mnist'],
  };
  for (const tab of [first, second]) {
    await expect.poll(() => tab.evaluate(listedNames), { timeout: 90_000 }).toEqual(demo);
    // Until neither imports any more.
    await expect(tab.getByRole('list', { name: 'Work in progress' })).toHaveCount(0, {
      timeout: 90_000,
    });
  }
  for (const tab of [first, second]) {
    expect(await tab.evaluate(listedNames)).toEqual(demo);
    // A quiet notice may tell that it took long.
    await expect(tab.locator('.notices [aria-live="assertive"] .notice')).toHaveCount(0);
  }
  const { models, tasks, leftovers } = await storedLibrary(first);
  expect({ models, tasks }).toEqual(demo);
  expect(leftovers).toEqual([]);
});

test('a model that another tab removes while a file is being written from it is told by name, and the file is right', async ({
  tabs: { first, second },
}) => {
  await openStudio(first);
  await addPool(first);
  await expect(row(first, 'Expert', 'surfaces')).toBeVisible();
  await openStudio(second);
  const remove = await askToRemove(second, 'surfaces');

  const jobs = first.getByRole('list', { name: 'Work in progress' });
  await expect(jobs).toHaveCount(0);
  const letGo = await holdWriting(first);
  const written = download(first, 'Download merged model');
  await expect(jobs).toContainText('Writing the merged model');
  await remove();
  await expect(first.getByText('surfaces was removed in another tab.')).toBeVisible();
  await expect(jobs).toContainText('Writing the merged model');
  await letGo();
  const { bytes } = await written;
  const expected = fixtureJson<{
    readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }>(`${POOL}/expected.json`).scaling_factors['0.7'];
  expect(tensorHashes(bytes)).toEqual(expected);

  // What is merged next is without it.
  await expect
    .poll(() => look(first))
    .toMatchObject({ models: ['Base: base', 'Expert: outlines'] });
  const next = await download(first, 'Download merged model');
  expect(tensorHashes(next.bytes)).not.toEqual(expected);
  const { models } = await storedLibrary(first);
  expect(models).toEqual(['base', 'outlines']);
});

test('a model that another tab removes while it is scored is told by name, and scoring goes on without it', async ({
  tabs: { first, second },
}) => {
  await openStudio(first);
  await addPool(first);
  await expect(row(first, 'Expert', 'surfaces')).toBeVisible();
  await openStudio(second);
  const remove = await askToRemove(second, 'outlines');
  await addTasks(first);
  await expect(
    first.locator('.status-text').filter({ hasText: /Zero-shot head|Scoring/ }),
  ).toBeVisible();
  await remove();
  await expect(first.getByText('outlines was removed in another tab.')).toBeVisible();
  for (const tab of [first, second]) await scored(tab);
  for (const task of ['outlines', 'surfaces', 'Average']) {
    const here = await accuracies(first, task);
    expect(here).toEqual(await accuracies(second, task));
    if (task === 'outlines') expect(here.Expert).not.toContain('%');
  }
});
