/** The page that may ask the Hugging Face Hub, with a small one on loopback as its mirror; and the page that may not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { hubPage } from '../scripts/lib/start-page.mjs';
import { serve } from '../scripts/serve.mjs';
import { type FakeHub, startFakeHub } from '../src/hub/testing/fake-hub';
import { violations } from './support/axe';
import { boxOf } from './support/drawn';
import {
  accuracies,
  expectedScores,
  expectSurfaces,
  fixturePath,
  modelPool,
  POOL,
  percent,
} from './support/fixture-pool';
import { layoutFaults } from './support/looks';
import { row } from './support/pool-rows';
import { openStudio } from './support/studio';

interface Edition {
  readonly hub: FakeHub;
  readonly url: string;
  /** Requests of the page off its own origin. */
  readonly asked: readonly string[];
}

const folder = (path: string): Record<string, Uint8Array> =>
  Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));

const test = base.extend<{ edition: Edition }>({
  edition: async ({ page }, use) => {
    const hub = await startFakeHub({ isMirror: true });
    hub.add({ kind: 'model', name: 'org/base', files: folder(fixturePath(`${POOL}/base`)) });
    for (const name of ['outlines', 'surfaces']) {
      const files = folder(fixturePath(`${POOL}/experts/${name}`));
      hub.add({ kind: 'model', name: `org/${name}`, files });
    }
    const pictures = readFileSync(fixturePath('parquet/scored/surfaces.parquet'));
    hub.add({
      kind: 'dataset',
      name: 'org/surfaces',
      files: { 'data/test-00000-of-00001.parquet': pictures },
    });
    const server = await serve({
      root: 'dist',
      mounts: { '/hub.html': hubPage('dist', hub.endpoint) },
    });
    const asked: string[] = [];
    page.on('request', (sent) => {
      if (/^https?:/.test(sent.url()) && !sent.url().startsWith(server.url)) asked.push(sent.url());
    });
    await use({ hub, url: server.url, asked });
    await server.close();
    await hub.close();
  },
});

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Add from the Hub' });

async function list(page: Page, text: string): Promise<void> {
  await dialog(page)
    .getByLabel(/^Repositories/)
    .fill(text);
  await dialog(page).getByRole('button', { name: 'List files' }).click();
}

async function openDialog(page: Page, { url }: Edition): Promise<void> {
  await openStudio(page, `${url}hub.html`);
  await modelPool(page).getByRole('button', { name: 'Add from the Hub' }).click();
  await expect(dialog(page)).toBeVisible();
}

test('models and pictures come by their repositories’ names, after two clicks', async ({
  page,
  edition,
}) => {
  await openDialog(page, edition);
  const host = new URL(edition.hub.endpoint).host;
  await expect(page.getByText(`Hub edition: Add from the Hub asks ${host}`)).toBeVisible();
  await expect(dialog(page)).toContainText(`List files asks ${host}, which learns the names`);
  expect(await violations(page)).toEqual([]);
  await dialog(page)
    .getByLabel(/^Repositories/)
    .fill('org/base');
  expect(edition.asked).toEqual([]);

  await list(page, 'org/base\norg/outlines\norg/surfaces\ndatasets/org/surfaces');
  await expect(dialog(page).getByRole('region', { name: 'org/base' })).toContainText(
    /commit [0-9a-f]{40}.*model\.safetensors524 kBSHA-256/s,
  );
  await expect(dialog(page)).toContainText(`${host}: the repositories, commits and files by name`);
  expect(await violations(page)).toEqual([]);
  expect(edition.asked.filter((url) => url.includes('/resolve/'))).toEqual([]);
  if (process.env.SHOTS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${process.env.SHOTS}/hub-dialogue-${colorScheme}.png` });
    }
  }

  await dialog(page)
    .getByRole('button', { name: /^Download / })
    .click();
  await expect(dialog(page)).toContainText(
    'Added: org/base, org/outlines, org/surfaces, org/surfaces.',
  );
  await page.keyboard.press('Escape');
  await expect(row(page, 'Base', 'org/base')).toBeVisible();
  await expect(row(page, 'Expert', 'org/surfaces')).toBeVisible();
  await expectSurfaces(page);
  await row(page, 'Expert', 'org/surfaces').click();
  await expect(modelPool(page)).toContainText(
    /Originorg\/surfaces@[0-9a-f]{40}\/model\.safetensors/,
  );
  const tasks = page.getByRole('region', { name: 'Task pool' });
  await tasks.getByRole('button', { name: /^surfaces/ }).click();
  await expect(tasks).toContainText(/Originorg\/surfaces@[0-9a-f]{40}\/./);
  expect(edition.asked.every((url) => url.startsWith(edition.hub.endpoint))).toBe(true);

  // It is there and known after a reload, and what is here is not fetched again.
  await page.reload();
  const field = page.getByRole('spinbutton', { name: 'Scaling factor value' });
  await field.fill('0.3');
  await field.press('Enter');
  const merged = expectedScores.models['merged@0.3']?.tasks.surfaces?.accuracy;
  await expect.poll(async () => (await accuracies(page, 'surfaces')).Merged).toBe(percent(merged));
  await row(page, 'Expert', 'org/surfaces').click();
  await expect(modelPool(page)).toContainText('Originorg/surfaces@');
  await modelPool(page).getByRole('button', { name: 'Add from the Hub' }).click();
  await list(page, 'org/surfaces');
  await expect(dialog(page)).toContainText('in the library already');
  await expect(dialog(page).getByRole('button', { name: /^Download / })).toBeDisabled();
});

test('on a phone its sentence takes nothing from the first line, and all can be read', async ({
  page,
  edition,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openStudio(page, `${edition.url}hub.html`);
  const [title, about] = await Promise.all([
    boxOf(page.getByRole('heading', { level: 1 })),
    boxOf(page.getByRole('button', { name: 'About' })),
  ]);
  expect(about.y).toBeLessThan(title.y + title.height);
  expect(await layoutFaults(page)).toEqual([]);
  await modelPool(page).getByRole('button', { name: 'Add from the Hub' }).click();
  await list(page, 'org/base\ndatasets/org/surfaces');
  await expect(dialog(page).getByRole('region', { name: 'org/base' })).toBeVisible();
  expect(await layoutFaults(page)).toEqual([]);
});

test('a download goes on after a reload', async ({ page, edition }) => {
  await openDialog(page, edition);
  // More than a part that is kept, so that one is.
  const large = new Uint8Array(40 * 2 ** 20).fill(7);
  edition.hub.add({ kind: 'model', name: 'org/large', files: { 'model.safetensors': large } });
  edition.hub.happen('model.safetensors', { kind: 'slow', after: 36 * 2 ** 20 });
  await list(page, 'org/large');
  await dialog(page)
    .getByRole('button', { name: /^Download / })
    .click();
  await expect(dialog(page)).toContainText(/3\d\.\d MB of 41\.9 MB/);

  await page.reload();
  await modelPool(page).getByRole('button', { name: 'Add from the Hub' }).click();
  await list(page, 'org/large');
  await dialog(page)
    .getByRole('button', { name: /^Download / })
    .click();
  // It is no model: its bytes came right, and the reader says so.
  await expect(dialog(page).getByRole('alert')).toContainText('not all of it could be added');
  const ranges = edition.hub.seen.flatMap(({ range }) => range ?? []);
  expect(ranges).toHaveLength(1);
  expect(Number(/^bytes=(\d+)-$/.exec(ranges[0] ?? '')?.[1])).toBeGreaterThanOrEqual(16 * 2 ** 20);
});

test('wrong bytes are refused, and so is what leads to another host', async ({ page, edition }) => {
  await openDialog(page, edition);
  edition.hub.happen('model.safetensors', { kind: 'wrong' });
  await list(page, 'org/base');
  await dialog(page)
    .getByRole('button', { name: /^Download / })
    .click();
  await expect(dialog(page).getByRole('alert')).toContainText(
    'org/base, model.safetensors: what came is not what',
  );
  await page.keyboard.press('Escape');
  await expect(modelPool(page).getByRole('button', { name: /^(Base|Expert): / })).toHaveCount(0);
  const reached = await page.evaluate(() =>
    fetch('https://huggingface.co/').then(
      () => true,
      () => false,
    ),
  );
  expect(reached).toBe(false);
});

test('the default page offers nothing of it, and its policy refuses the Hub', async ({
  page,
  edition,
}) => {
  await openStudio(page, edition.url);
  await expect(modelPool(page).getByText('Add checkpoints')).toBeVisible();
  await expect(page.getByText('from the Hub')).toHaveCount(0);
  const refused = page.waitForEvent('console', (message) => message.text().includes('connect-src'));
  const reached = await page.evaluate(
    (address) =>
      fetch(address).then(
        () => true,
        () => false,
      ),
    edition.hub.endpoint,
  );
  expect(reached).toBe(false);
  await refused;
  expect(edition.hub.seen).toEqual([]);
});
