import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { test as base, expect } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import {
  accuracies,
  expectedScores,
  expectScores,
  fillStudio,
  modelPool,
  percent,
  poolFolder,
  SLOW_GPU_MS,
  scored,
  setScalingFactor,
  taskFolder,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { watchPage } from './support/watch';

/** A host that sends none of our headers and serves the built folder somewhere below its root. */
const test = base.extend<{ hostUrl: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from the pattern.
  hostUrl: async ({}, use) => {
    const server = await serve({ root: 'dist', base: '/some/deep/path/', headers: {} });
    await use(server.url);
    await server.close();
  },
});

test('the built folder works below any path of a host that sends no headers', async ({
  page,
  hostUrl,
}) => {
  const watch = await watchPage(page, new URL(hostUrl).origin);
  const requested: string[] = [];
  page.on('request', (sent) => requested.push(sent.url()));

  const response = await openStudio(page, hostUrl);
  expect(response?.headers()).not.toHaveProperty('content-security-policy');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(page.getByRole('contentinfo')).toContainText('CPU · 1 thread');

  expect(requested.length).toBeGreaterThan(1);
  expect(requested.filter((url) => !url.startsWith(hostUrl) && !/^(blob|data):/.test(url))).toEqual(
    [],
  );
  expect(await watch.problems()).toEqual([]);
});

test('the whole path works there on one thread, with the same accuracies', async ({
  page,
  hostUrl,
}) => {
  const watch = await watchPage(page, new URL(hostUrl).origin);
  await openStudio(page, hostUrl);
  await fillStudio(page);
  await expectScores(page, '0.7');
  await setScalingFactor(page, '0.3');
  await expectScores(page, '0.3');

  // The library is kept there, too.
  await page.reload();
  await scored(page);
  await expectScores(page, '0.3');
  await expect(page.getByRole('contentinfo')).toContainText('CPU · 1 thread');
  expect(await watch.problems()).toEqual([]);
});

test('WebGPU works there as well', async ({ page, hostUrl }) => {
  const watch = await watchPage(page, new URL(hostUrl).origin);
  await openStudio(page, hostUrl);
  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  await expect(modelPool(page).getByText('surfaces').first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu');
  await expect(page.getByRole('contentinfo')).toContainText('WebGPU was chosen');
  await page.getByLabel('Add task folder').setInputFiles(taskFolder('outlines'));
  await expect(page.getByRole('status').filter({ hasText: 'Scored 40 of 40' })).toBeVisible({
    timeout: SLOW_GPU_MS,
  });
  expect((await accuracies(page, 'outlines')).Merged).toBe(
    percent(expectedScores.models['merged@0.7']?.tasks.outlines?.accuracy),
  );
  expect(await watch.problems()).toEqual([]);
});

test('the policy holds there as well, from the page itself', async ({ page, hostUrl }) => {
  await openStudio(page, hostUrl);
  const refused = page.waitForEvent('console', (message) => message.text().includes('connect-src'));
  const reached = await page.evaluate(() =>
    fetch('http://127.0.0.1:9/').then(
      () => true,
      () => false,
    ),
  );
  expect(reached).toBe(false);
  await refused;
});

test('what is waited for first is small: the page’s program, and its engine’s', () => {
  const folder = 'dist/assets';
  /** Gzipped, as hosts send it. */
  const size = (name: string) => gzipSync(readFileSync(`${folder}/${name}`)).length;
  for (const path of ['dist/index.html', 'dist/hub.html']) {
    const scripts = firstScriptsOf(path);
    expect(scripts.length).toBeGreaterThan(0);
    const first = scripts.reduce((sum, name) => sum + size(name), 0);
    expect(first).toBeLessThanOrEqual(150_000);
  }
  const [engine = '', ...others] = scriptsIn(folder).filter((name) => /^worker-/.test(name));
  expect(others).toEqual([]);
  const imported = importsOf(`${folder}/${engine}`).filter((name) => /^program-/.test(name));
  expect(imported).toHaveLength(1);
  const atOnce = [engine, ...imported];
  expect(atOnce.map(size).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(180_000);
  // What few visits need is loaded when it is asked for.
  const later = scriptsIn(folder).filter((name) => /^(configuration|parquet-task)-/.test(name));
  expect(later).toHaveLength(2);
});

test('the default page may ask nobody, and has nothing of the edition that may', () => {
  const plain = (path: string) => readFileSync(path, 'utf8').replaceAll('&#39;', "'");
  const page = plain('dist/index.html');
  expect(page).toContain("connect-src 'self';");
  expect(page).not.toContain('huggingface.co');
  const reached = new Set<string>();
  const add = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const next of importsOf(`dist/assets/${name}`)) add(next);
  };
  for (const name of firstScriptsOf('dist/index.html')) add(name);
  expect(reached.size).toBeGreaterThan(3);
  for (const name of reached) {
    expect(readFileSync(`dist/assets/${name}`, 'utf8'), name).not.toContain('from the Hub');
  }
  const edition = plain('dist/hub.html');
  expect(edition).toContain("connect-src 'self' https://huggingface.co https://*.hf.co;");
  // Nor does it keep any of it for visits without a network.
  const kept = readFileSync('dist/sw.js', 'utf8');
  const ofHub = firstScriptsOf('dist/hub.html').filter((name) => !reached.has(name));
  expect(ofHub.length).toBeGreaterThan(0);
  for (const name of ['hub.html', ...ofHub]) expect(kept).not.toContain(name);
});

test('no chunk imports a worker’s own script, which WebKit would run once more', () => {
  for (const folder of ['dist/assets', 'dist-e2e/assets']) {
    const scripts = scriptsIn(folder);
    const workers = scripts.filter((name) => /worker-/.test(name));
    expect(workers.length).toBeGreaterThan(2);
    const imported = new Set(scripts.flatMap((name) => importsOf(`${folder}/${name}`)));
    expect(workers.filter((name) => imported.has(name))).toEqual([]);
  }
});

/** What a page asks for at once, by its own words. */
function firstScriptsOf(path: string): string[] {
  const page = readFileSync(path, 'utf8');
  const found = page.matchAll(/<(?:script|link)[^>]* (?:src|href)="[^"]*\/([^"/]+\.js)"/g);
  return Array.from(found, ([, name = '']) => name);
}

const scriptsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.js'));

/** The scripts beside this one that it imports, at once or later. */
function importsOf(path: string): string[] {
  const source = readFileSync(path, 'utf8');
  const found = source.matchAll(/(?:from|import|import\()\s*["'`]\.\/([^"'`/]+\.js)["'`]/g);
  return [...new Set(Array.from(found, ([, name = '']) => name))];
}
