/**
 * `npm run screenshots`: makes the pictures of the README and of `docs/tour.md` from the built page with its demo, light and
 * dark. Takes some minutes: the demo is scored whole, at every value of a sweep.
 */
import './lib/require-node.mjs';

const { resolve } = await import('node:path');
const { statSync } = await import('node:fs');
const { ensureBrowser } = await import('./lib/browser.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { projectRoot, runTool } = await import('./lib/tools.mjs');
const { serve } = await import('./serve.mjs');

/** A picture that people wait for on a slow line is not looked at. */
const MAX_BYTES = 250_000;
const SCORING_MS = 600_000;
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 780 };

/** @typedef {import('playwright').Page} Page */

/** @param {Page} page */
const scored = (page) =>
  page
    .getByRole('status')
    .filter({ hasText: /^Scored (\d+) of \1 images$/ })
    .first()
    .waitFor({ timeout: SCORING_MS });

/**
 * Visits the values of a sweep, and comes to rest.
 * @param {Page} page
 */
async function sweep(page) {
  await scored(page);
  await page.getByRole('button', { name: 'Sweep 0 to 1.5' }).click();
  const count = page.locator('.sweep-count');
  await count.waitFor();
  await count.waitFor({ state: 'detached', timeout: SCORING_MS });
  await scored(page);
}

/**
 * A factor chosen by a part of the pictures.
 * @param {Page} page
 */
async function findFactor(page) {
  await page.keyboard.press('Escape');
  await page
    .getByRole('combobox', { name: 'Pictures to choose by, of every task' })
    .selectOption('20 %');
  const panel = page.getByRole('region', { name: 'Choose and report' });
  await panel.getByRole('button', { name: 'Find the best λ' }).click();
  await panel.getByText(/^Chosen on /).waitFor({ timeout: SCORING_MS });
  await scored(page);
  await panel.scrollIntoViewIfNeeded();
}

/**
 * What merging has lost of the task that is unfolded.
 * @param {Page} page
 */
async function lostPictures(page) {
  await page.getByRole('tab', { name: 'Pictures' }).click();
  await page.getByRole('button', { name: /^Lost by merging/ }).click();
  await page.locator('.tile img').first().waitFor();
  await page.getByRole('tablist').scrollIntoViewIfNeeded();
  await page.locator('.tile').nth(11).scrollIntoViewIfNeeded();
}

/**
 * In how many directions the experts change every matrix.
 * @param {Page} page
 */
async function relations(page) {
  await page.getByRole('button', { name: 'Compare task vectors' }).click();
  await page.getByRole('tab', { name: 'Spectra' }).click();
  await page.getByRole('button', { name: 'Compute directions' }).click();
  const cells = page.getByRole('grid', { name: 'Directions by matrix' }).getByRole('gridcell');
  await cells.first().waitFor({ timeout: SCORING_MS });
  await cells.nth(25).focus();
}

/**
 * A drawn seven, and what the models make of it.
 * @param {Page} page
 */
async function drawDigit(page) {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Try a picture' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Classes' }).selectOption('of mnist');
  await dialog.getByRole('tab', { name: 'Draw' }).click();
  await dialog.getByText(/^28 × 28 pixels/).waitFor();
  const box = await dialog.locator('canvas').boundingBox();
  if (!box) throw new Error('There is nothing to draw on.');
  const stroke = [
    [0.3, 0.3],
    [0.68, 0.28],
    [0.45, 0.75],
  ];
  for (const [i, [x = 0, y = 0]] of stroke.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
  await dialog.locator('.top-classes').nth(2).getByText('%').first().waitFor();
}

/**
 * What is merged pinned, another merge held against it, and pictures that they differ in.
 * @param {Page} page
 */
async function pinAndCompare(page) {
  const panel = page.getByRole('region', { name: 'Pins' });
  await panel.getByRole('button', { name: 'Pin this merge' }).click();
  const field = page.getByRole('spinbutton', { name: 'Scaling factor value' });
  await field.fill('0.4');
  await field.press('Enter');
  await scored(page);
  await panel
    .getByRole('button', { name: /^[1-9].*A right, B wrong$/ })
    .first()
    .click();
  await panel.locator('.tile img').first().waitFor();
  await panel.evaluate((element) => element.scrollIntoView());
}

/**
 * What is shown, in this order, in one tab; what has a phone's picture as well, at what.
 * @type {readonly { name: string, show: (page: Page) => Promise<unknown>, phone?: string }[]}
 */
const PICTURES = [
  { name: 'studio', show: sweep, phone: '.story' },
  {
    name: 'tour-classes',
    show: (page) =>
      page
        .getByRole('table', { name: 'Accuracy by task' })
        .getByRole('button', { name: 'flags' })
        .first()
        .click(),
    phone: 'table.accuracy',
  },
  { name: 'tour-pictures', show: lostPictures, phone: '[role=tablist]' },
  {
    name: 'tour-curve',
    show: (page) => page.getByRole('button', { name: 'Curve as a table' }).click(),
  },
  { name: 'tour-try', show: drawDigit },
  { name: 'tour-search', show: findFactor },
  { name: 'tour-pins', show: pinAndCompare },
  { name: 'tour-relations', show: relations },
];

/**
 * @param {import('playwright').Browser} browser
 * @param {string} url
 * @param {'light' | 'dark'} colorScheme
 */
async function takePictures(browser, url, colorScheme) {
  const context = await browser.newContext({
    colorScheme,
    viewport: LAPTOP,
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto(`${url}#lambda=0.8`);
  for (const { name, show, phone } of PICTURES) {
    await show(page);
    // How long the scoring took is this machine's affair.
    const done = page.getByRole('button', { name: 'Dismiss: Done' });
    while ((await done.count()) > 0) await done.first().click();
    await page.mouse.move(0, 0);
    await takePicture(page, `docs/${name}-${colorScheme}.png`);
    if (phone === undefined) continue;
    await page.setViewportSize(PHONE);
    await page
      .locator(phone)
      .first()
      .evaluate((element) => element.scrollIntoView());
    await takePicture(page, `docs/${name}-phone-${colorScheme}.png`);
    await page.setViewportSize(LAPTOP);
  }
  await context.close();
}

/**
 * @param {Page} page
 * @param {string} name
 */
async function takePicture(page, name) {
  await page.screenshot({ path: resolve(projectRoot, name), animations: 'disabled' });
  tellSize(name);
}

/** @param {string} name */
function tellSize(name) {
  const { size } = statSync(resolve(projectRoot, name));
  console.log(`${name}, ${Math.round(size / 1000)} kB`);
  if (size > MAX_BYTES) throw new Error(`${name} is larger than ${MAX_BYTES} bytes.`);
}

/**
 * The dialogue of the Hub edition, which has something to list in its test alone: with a small Hub on loopback as its mirror.
 * @param {string} browserPath
 */
async function takeHubPictures(browserPath) {
  const env = { CHROME_PATH: browserPath, SHOTS: resolve(projectRoot, 'docs') };
  const test = ['test', '--project=together', 'e2e/hub-edition.spec.ts', '-g', 'after two clicks'];
  if ((await runTool('playwright', test, { env })) !== 0) {
    throw new Error('The Hub edition did not do what its test expects; the output above says why.');
  }
  for (const scheme of ['light', 'dark']) tellSize(`docs/hub-dialogue-${scheme}.png`);
}

await ensureInstalled();
if ((await runTool('vite', ['build', '--logLevel', 'warn'])) !== 0) {
  throw new Error('The page could not be built; the output above says why.');
}
const { chromium } = await import('playwright');
const executablePath = await ensureBrowser();
const server = await serve({ root: resolve(projectRoot, 'dist') });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    await takePictures(browser, server.url, scheme);
  }
} finally {
  await browser.close();
  await server.close();
}
await takeHubPictures(executablePath);
