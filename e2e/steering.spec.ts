/** Undo, links, sweeps, points and endings on the page, whose engine takes every setting and computes nothing. */
import type { Page } from '@playwright/test';
import results from '../public/demo/results.json' with { type: 'json' };
import { aSnapshot, emptyBoard } from '../src/state/testing';
import type { OpenPoint, StudioState } from '../src/state/types';
import type { room } from './pages/steering';
import { boxOf } from './support/drawn';
import { modelPool, poolFolder } from './support/fixture-pool';
import { layoutFaults, overlappingNames } from './support/looks';
import { type CallRoom, openTestPage } from './support/pages';
import { DEMO_NAMES, filled, withFactorsTried } from './support/scenes';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const WIDTHS = [320, 360, 1024, 1280, 1440];

type Call = CallRoom<typeof room>;
const open = (page: Page): Promise<Call> => openTestPage<typeof room>(page, 'steering');

/** Experts and tasks of the demo, with the settings that a snapshot of the engine has. */
function scene(changes: Partial<StudioState> = {}): StudioState {
  const state = { ...filled(DEMO_NAMES), ...changes };
  return { ...state, merge: aSnapshot(state).merge };
}
/** The same as it comes with the built-in demo. */
function demoScene(): StudioState {
  const state = scene();
  const models = state.pool.models.map((model) => ({ ...model, origin: 'demo' as const }));
  return { ...state, pool: { ...state.pool, models } };
}

const field = (page: Page) => page.getByRole('spinbutton', { name: 'Scaling factor value' });
const undo = (page: Page) => page.getByRole('button', { name: /^Undo/ });
const redo = (page: Page) => page.getByRole('button', { name: /^Redo/ });

test.describe('undo', () => {
  test.beforeEach(async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('takes back a drag as one step, by keys and by buttons', async ({ page }) => {
    const call = await open(page);
    await call('show', scene());
    const fader = page.getByRole('slider', { name: 'Scaling factor' });
    const { x, y, width, height } = await boxOf(fader);
    // The handle at 0.3 of -1 to 2.
    await page.mouse.move(x + 8 + (width - 16) * (1.3 / 3), y + height / 2);
    await page.mouse.down();
    for (const share of [0.5, 0.55, 0.6]) {
      await call('skip', 5000);
      await page.mouse.move(x + width * share, y + height / 2);
    }
    await page.mouse.up();
    const dragged = await field(page).inputValue();
    expect(Number(dragged)).toBeGreaterThan(0.6);
    await expect(undo(page)).toHaveAccessibleName('Undo: scaling factor');

    await page.keyboard.press('Control+z');
    await expect(field(page)).toHaveValue('0.30');
    await expect(undo(page)).toHaveAttribute('aria-disabled', 'true');
    await page.keyboard.press('Control+Shift+z');
    await expect(field(page)).toHaveValue(dragged);
    await undo(page).click();
    await expect(field(page)).toHaveValue('0.30');
    await redo(page).click();
    await expect(field(page)).toHaveValue(dragged);
    await page.keyboard.press('Meta+z');
    await expect(field(page)).toHaveValue('0.30');
  });

  test('takes back method, weight and choice of experts, the last one first', async ({ page }) => {
    const call = await open(page);
    await call('show', scene());
    const before = await call('merge');
    await page.getByRole('combobox', { name: 'Method' }).selectOption('TiesMergingAlgorithm');
    await expect(undo(page)).toHaveAccessibleName('Undo: method');
    await page.getByRole('checkbox', { name: 'Include chess in the merge' }).uncheck();
    await expect(undo(page)).toHaveAccessibleName('Undo: choice of experts');
    const weight = page.getByRole('spinbutton', { name: 'Weight of flags' });
    await weight.fill('2');
    await weight.press('Enter');
    await expect(undo(page)).toHaveAccessibleName('Undo: weight of flags');
    for (const next of ['Undo: choice of experts', 'Undo: method', 'Undo']) {
      await undo(page).click();
      await expect(undo(page)).toHaveAccessibleName(next);
    }
    await expect(undo(page)).toBeFocused();
    expect(await call('merge')).toEqual(before);
  });

  test('is the browser’s own while a text is being written', async ({ page }) => {
    const call = await open(page);
    await call('show', scene());
    await page.getByRole('checkbox', { name: 'Include chess in the merge' }).uncheck();
    await expect(undo(page)).toHaveAccessibleName('Undo: choice of experts');
    await field(page).click();
    await page.keyboard.press('Control+z');
    await expect(undo(page)).toHaveAccessibleName('Undo: choice of experts');
    await page.getByRole('slider', { name: 'Scaling factor' }).focus();
    await page.keyboard.press('Control+z');
    await expect(undo(page)).toHaveAccessibleName('Undo');
  });
});

test.describe('a link', () => {
  test('asks by name for what is missing, opens once it is there, and has words for a bad one', async ({
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const call = await open(page);
    await call('show', scene());
    await field(page).fill('0.55');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(page.getByRole('button', { name: 'Copied', exact: true })).toBeVisible();
    const address = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(address.pathname).toBe('/pages/steering.html');
    expect(address.search).toBe('');

    await page.goto('about:blank');
    await page.goto(address.href);
    await page.waitForFunction(() => globalThis.room !== undefined);
    await call('lack', ['flags', 'chess']);
    await call('show', scene({ tasks: [] }));
    const banner = page.getByRole('region', { name: 'Opened link' });
    await expect(banner).toContainText('merges what is not in this library yet');
    for (const name of ['flags', 'chess', 'mnist']) await expect(banner).toContainText(name);
    expect(await page.evaluate(() => location.hash)).toContain('link=');
    await expect.poll(() => layoutFaults(page)).toEqual([]);

    await call('lack', []);
    const file = { name: 'flags.safetensors', mimeType: '', buffer: Buffer.from('x') };
    await page.getByLabel('Add checkpoints').setInputFiles(file);
    await expect(field(page)).toHaveValue('0.55');
    // Its tasks are still missing, which is no reason to wait.
    await expect(banner).toContainText('Merging as the link says.');
    expect(await page.evaluate(() => location.hash)).not.toContain('link=');
    await page.getByRole('button', { name: 'Go on without' }).click();
    await expect(banner).toBeHidden();
    await expect(undo(page)).toHaveAccessibleName('Undo: opened link');
  });

  test('that is cut off is told in words, and changes nothing', async ({ page }) => {
    await page.goto('/pages/steering.html#link=eyJ2ZXJzaW9uIjoxLCJtZXJ');
    await page.waitForFunction(() => globalThis.room !== undefined);
    await page.evaluate((state) => globalThis.room?.show?.(state), scene());
    const notice = page.getByRole('article', { name: 'This setting is not valid' });
    await expect(notice).toContainText('it is cut off or was changed on its way');
    await expect(field(page)).toHaveValue('0.30');
    expect(await page.evaluate(() => location.hash)).not.toContain('link=');
  });

  test('brings a merge of real models to another library', async ({ page, browser, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openStudio(page);
    await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
    const rows = (of: Page) => modelPool(of).getByRole('listitem');
    await expect(rows(page)).not.toHaveCount(0);
    await field(page).fill('0.45');
    await expect(undo(page)).toHaveAccessibleName('Undo: scaling factor');
    // All sums are known once the last of the models has one.
    const details = modelPool(page).getByRole('button', { name: /^(Base|Expert): / });
    for (const row of await details.all()) {
      await row.click();
      await expect(modelPool(page).getByText('SHA-256').last()).toBeVisible();
      await row.click();
    }
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const address = await page.evaluate(() => navigator.clipboard.readText());

    const elsewhere = await (await browser.newContext()).newPage();
    await elsewhere.goto(address);
    const banner = elsewhere.getByRole('region', { name: 'Opened link' });
    await expect(banner).toContainText('merges what is not in this library yet');
    await elsewhere.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
    await expect(banner).toBeHidden();
    await expect(field(elsewhere)).toHaveValue('0.45');
    await elsewhere.close();
  });
});

test.describe('a sweep', () => {
  test('has a range, a step and a number of pictures, and says what that comes to', async ({
    page,
  }) => {
    const call = await open(page);
    await call('show', scene());
    await page.getByRole('button', { name: 'Sweep 0 to 1.5' }).click();
    await page.getByRole('button', { name: 'Range of the sweep' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sweep' });
    await expect(dialog).toContainText('16 values, 25,600 images in all');
    await dialog.getByLabel('From').fill('-0.5');
    await dialog.getByLabel('To').fill('0.5');
    await dialog.getByLabel('Step').fill('0');
    await expect(dialog).toContainText('The step is more than 0.');
    await expect(dialog.getByRole('button', { name: 'Start the sweep' })).toBeDisabled();
    await dialog.getByLabel('Step').fill('0.25');
    await dialog.getByLabel('Images of each task').fill('64');
    await expect(dialog).toContainText('5 values, 1,280 images in all');
    await dialog.getByRole('button', { name: 'Start the sweep' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('button', { name: 'Sweep −0.5 to 0.5' })).toBeVisible();
    const [usual, own] = await call('calls', 'sweep');
    expect(usual).toEqual([Array.from({ length: 16 }, (_, i) => i / 10), null]);
    expect(own).toEqual([[-0.5, -0.25, 0, 0.25, 0.5], 64]);
  });

  test('counts, tells the time left, and can be stopped', async ({ page }) => {
    const call = await open(page);
    const state = scene();
    await call('show', state);
    const sweep = { sampled: 16, done: 3, of: 16, pictures: null };
    const scores = { ...state.scores, phase: 'scoring' as const, sweep, secondsLeft: 100 };
    await call('push', { scores });
    await expect(page.getByText('Sweep 3 of 16')).toBeVisible();
    await expect(page.getByText('2 min left')).toBeVisible();
    await expect(page).toHaveTitle('3 of 16 values, 2 min left · Task Arithmetic Studio');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(await call('calls', 'stop')).toEqual([[]]);
    await call('push', { scores: { ...state.scores, phase: 'stopped' } });
    await expect(page).toHaveTitle('Task Arithmetic Studio');
  });
});

const openPoints: OpenPoint[] = [64, 400, 1200].map((pictures, i) => ({
  scalingFactor: 1.6 + i / 10,
  accuracy: 0.5 - i / 20,
  interval: [0.4 - i / 20, 0.6 - i / 20],
  pictures,
  of: 1600,
}));

test.describe('the curve', () => {
  test('has every value that was looked at, the paler the fewer pictures it rests on', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const call = await open(page);
    const state = scene();
    await call('show', { ...state, scores: { ...state.scores, open: openPoints } });
    await expect(page.locator('.whole-spot')).toHaveCount(16);
    const spots = page.locator('.open-spot');
    await expect(spots).toHaveCount(3);
    const opacities = await spots.evaluateAll((all) =>
      all.map((spot) => Number(getComputedStyle(spot).opacity)),
    );
    expect(opacities).toEqual(opacities.toSorted((a, b) => a - b));
    expect(new Set(opacities).size).toBe(3);
    const plot = page.getByRole('slider', { name: 'Visited values' });
    await plot.focus();
    await page.keyboard.press('End');
    await expect(plot).toHaveAttribute(
      'aria-valuetext',
      'λ 1.80: 40.0 % ±10.0 on 1,200 of 1,600 images so far',
    );
    await expect(page.locator('.plot-readout')).toContainText('on 1,200 of 1,600 images so far');
    await page.keyboard.press('Enter');
    await expect(field(page)).toHaveValue('1.80');
  });

  test('of the demo has the one that was measured beside it, from its results file', async ({
    page,
  }) => {
    const call = await open(page);
    const state = demoScene();
    await call('show', { ...state, scores: { ...state.scores, curve: [] } });
    const line = page.locator('.measured-line');
    await expect(line).toBeVisible();
    await expect(page.locator('.measured text')).toHaveText('measured when the demo was made');
    const points = (await line.getAttribute('points'))?.split(' ').map((at) => at.split(','));
    expect(points).toHaveLength(Object.keys(results.task_arithmetic).length);
    // Upwards is less: the highest point is the best average of the file.
    const heights = (points ?? []).map(([, y]) => Number(y));
    const averages = Object.values(results.task_arithmetic).map(({ average }) => average);
    expect(heights.indexOf(Math.min(...heights))).toBe(averages.indexOf(Math.max(...averages)));
    await page.getByRole('checkbox', { name: 'Include chess in the merge' }).uncheck();
    await expect(line).toHaveCount(0);
    await undo(page).click();
    await expect(line).toBeVisible();
  });

  for (const width of WIDTHS) {
    test(`and the tools beside it fit at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const call = await open(page);
      const state = demoScene();
      await call('show', { ...state, scores: { ...state.scores, open: openPoints } });
      await expect(page.locator('.measured-line')).toBeVisible();
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      expect(await overlappingNames(page)).toEqual([]);
    });
  }

  for (const width of WIDTHS) {
    for (const until of [0.82, 1, 1.5]) {
      test(`with values of a search up to ${until} has no names over each other at ${width} px`, async ({
        page,
      }) => {
        await page.setViewportSize({ width, height: 800 });
        const call = await open(page);
        const state = demoScene();
        const curve = state.scores.curve.filter(({ scalingFactor }) => scalingFactor <= 0.8);
        expect(curve.length).toBeGreaterThan(1);
        const scores = { ...state.scores, curve };
        await call('show', withFactorsTried({ ...state, scores }, until));
        await expect(page.locator('.plot-drawing').getByText('to choose by')).toBeVisible();
        await expect.poll(() => overlappingNames(page)).toEqual([]);
      });
    }
  }
});

test.describe('what takes long', () => {
  test('is told when it ends, quietly, and outside the page once that is allowed', async ({
    page,
    context,
  }) => {
    const call = await open(page);
    const state = scene();
    await call('show', state);
    const working = {
      jobs: [{ id: 'hash', label: 'SHA-256 of a', progress: 0.4, secondsLeft: 9 }],
    };
    await call('push', working);
    await expect(page).toHaveTitle('40 %, 9 s left · SHA-256 of a · Task Arithmetic Studio');
    await call('skip', 120_000);
    const fader = page.getByRole('slider', { name: 'Scaling factor' });
    const before = await boxOf(fader);
    await call('push', { jobs: [] });
    const notice = page.getByRole('article', { name: 'Done' });
    await expect(notice).toBeVisible();
    expect(await boxOf(fader)).toEqual(before);
    await expect(notice).toContainText('SHA-256 of a is done. It took 2 minutes.');
    await expect(page.locator('[aria-live="polite"] > article')).toHaveCount(1);
    expect(await call('notified')).toEqual([]);

    await context.grantPermissions(['notifications']);
    await call('push', working);
    await call('skip', 120_000);
    await page.evaluate(() =>
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' }),
    );
    await call('push', { jobs: [] });
    await expect.poll(() => call('notified')).toHaveLength(1);
  });

  test('holds the page while a download is written; then its name and place are said', async ({
    page,
  }) => {
    const call = await open(page);
    await call('show', scene());
    const guarded = () =>
      page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
    expect(await guarded()).toBe(false);
    await page.getByRole('button', { name: 'Download merged model' }).click();
    await expect.poll(guarded).toBe(true);
    const before = await boxOf(page.locator('.export'));
    const started = page.waitForEvent('download');
    await call('finish', 'model.safetensors');
    expect((await started).suggestedFilename()).toBe('model.safetensors');
    await expect.poll(guarded).toBe(false);
    await expect(page.locator('.export .saved-line')).toHaveText(
      'In this browser’s downloads: model.safetensors (7 B)',
    );
    expect(await boxOf(page.locator('.export'))).toEqual(before);
  });
});

test('a task’s own expert is chosen by hand where its name finds none', async ({ page }) => {
  const call = await open(page);
  const state = scene();
  const [first, ...others] = state.tasks;
  if (!first) throw new Error('the scene has tasks');
  const tasks = [{ ...first, name: 'board', expert: null }, ...others];
  await call('show', { ...state, tasks, scores: { ...emptyBoard } });
  await page
    .getByRole('region', { name: 'Task pool' })
    .getByRole('button', { name: /^board/ })
    .click();
  await expect(page.getByText('choose the one that is meant')).toBeVisible();
  const choice = page.getByRole('combobox', { name: 'Own expert of board' });
  await choice.selectOption('chess');
  expect(await call('calls', 'editTask')).toEqual([
    [{ type: 'setExpert', id: first.id, expert: 'model-0' }],
  ]);
  await expect(choice).toHaveValue('model-0');
  await expect(page.getByText('choose the one that is meant')).toBeHidden();
});
