import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { violations } from './support/axe';
import { boxOf } from './support/drawn';
import {
  accuracyTable,
  fillStudio,
  fixturePath,
  IMAGES,
  setScalingFactor,
} from './support/fixture-pool';
import { tabTo } from './support/keyboard';
import { layoutFaults, lowContrast } from './support/looks';
import { openStudio } from './support/studio';
import { test as base, expect } from './support/test';

const TASK = 'surfaces';

/** A camera made of software, which shows a moving picture. */
const test = base.extend({
  launchOptions: [
    async ({ launchOptions }, use) => {
      const { args = [] } = launchOptions;
      await use({ ...launchOptions, args: [...args, '--use-fake-device-for-media-stream'] });
    },
    { scope: 'worker' },
  ],
});

declare global {
  var tracks: MediaStreamTrack[];
}

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Try a picture' });

async function openDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Try a picture' }).press('Enter');
  const dialog = dialogOf(page);
  await expect(dialog).toBeVisible();
  return dialog;
}

const choose = (dialog: Locator, path: string) =>
  dialog.getByLabel('Choose a picture').setInputFiles(path);

/** What each model says, once all have answered. */
async function answers(dialog: Locator, models = 3): Promise<string[][]> {
  let rows: string[][] = [];
  // Until what was read is of one moment: an answer may be those to the picture before, a moment before it is asked anew.
  await expect(async () => {
    await expect(dialog.getByRole('status')).not.toBeEmpty();
    rows = await rowsOf(dialog);
    expect(rows).toHaveLength(models);
    expect(rows.flat().join()).not.toContain('undefined');
  }).toPass();
  return rows;
}

/** Class and probability, row by row of each table. */
function rowsOf(dialog: Locator): Promise<string[][]> {
  return dialog
    .getByRole('table')
    .evaluateAll((tables) =>
      tables.map((table) =>
        [...table.querySelectorAll('tr')].map(
          (row) => `${row.cells[0]?.textContent} ${row.cells[2]?.textContent}`,
        ),
      ),
    );
}

async function chooseClasses(dialog: Locator, name: string): Promise<void> {
  await dialog.getByRole('combobox', { name: 'Classes' }).selectOption(name);
}

test('a file is answered as it is in the gallery, and the merged model follows the slider', async ({
  page,
}) => {
  await openStudio(page);
  await fillStudio(page);
  await accuracyTable(page).getByRole('button', { name: TASK }).press('Enter');
  await page.getByRole('tab', { name: 'Pictures' }).click();
  await page
    .getByRole('list', { name: `Pictures of ${TASK}` })
    .getByRole('button')
    .nth(3)
    .click();
  const gallery = page.getByRole('dialog');
  await expect(gallery.getByRole('table')).toHaveCount(3);
  const kept = await rowsOf(gallery);
  const name = await gallery.locator('.picture-name').innerText();
  await page.keyboard.press('Escape');

  // By keyboard alone from here.
  const dialog = await openDialog(page);
  await chooseClasses(dialog, `of ${TASK}`);
  await choose(dialog, `${IMAGES}/${TASK}/${name}`);
  await expect(dialog.getByRole('img')).toBeVisible();
  expect(await answers(dialog)).toEqual(kept);

  await tabTo(page, dialog.getByRole('slider', { name: 'Scaling factor' }));
  await page.keyboard.press('Home');
  await expect.poll(async () => (await rowsOf(dialog))[1]).not.toEqual(kept[1]);
  const [pretrained, merged, expert] = await answers(dialog);
  expect([pretrained, expert]).toEqual([kept[0], kept[2]]);
  expect(merged).toHaveLength(5);

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Try a picture' })).toBeFocused();
  // It moved the page's own slider, and what is chosen is kept for the next time.
  await expect(page.getByRole('slider', { name: 'Scaling factor' })).toHaveValue('-1');
  await setScalingFactor(page, '0.7');
  await openDialog(page);
  expect(await answers(dialog)).toEqual(kept);
});

test('pictures are pasted, dropped and drawn, on typed classes too', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const dialog = await openDialog(page);
  await chooseClasses(dialog, `of ${TASK}`);
  const png = readFileSync(fixturePath('images/files/rgb.png')).toString('base64');
  await page.evaluate((bytes) => {
    const data = new DataTransfer();
    const picture = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
    data.items.add(new File([picture], 'pasted.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, png);
  await expect(dialog.getByRole('img', { name: 'To be tried: pasted.png' })).toBeVisible();
  const pasted = await answers(dialog);

  const session = await page.context().newCDPSession(page);
  const { x, y } = await boxOf(dialog.getByRole('heading'));
  const dropped = fixturePath('images/files/rgb.png');
  const at = { x: x + 5, y: y + 5, data: { items: [], files: [dropped], dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at });
  }
  await expect(dialog.getByRole('img', { name: 'To be tried: rgb.png' })).toBeVisible();
  expect(await answers(dialog)).toEqual(pasted);

  await dialog.getByRole('tab', { name: 'Draw' }).click();
  const square = dialog.getByRole('img', { name: /^Square to draw in/ });
  const box = await boxOf(square);
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 20, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => rowsOf(dialog)).not.toEqual(pasted);
  const drawn = await answers(dialog);
  await dialog.getByRole('checkbox', { name: 'Invert' }).check();
  await expect.poll(() => rowsOf(dialog)).not.toEqual(drawn);

  await chooseClasses(dialog, 'typed here');
  await dialog.getByRole('textbox', { name: 'Class names' }).fill('circle, square\ntriangle');
  await expect(dialog.getByRole('table')).toHaveCount(2);
  for (const rows of await answers(dialog, 2)) {
    const names = rows.map((row) => row.split(' ')[0]).toSorted();
    expect(names).toEqual(['circle', 'square', 'triangle']);
  }
});

test('a file that is no picture is named, with what to do', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const dialog = await openDialog(page);
  await choose(dialog, `${IMAGES}/tasks.json`);
  await expect(dialog.getByRole('alert')).toHaveText(
    /^tasks\.json: This is not a picture.*Convert it to PNG\.$/,
  );
});

test('the camera is asked for when it is started, and given back', async ({ page, context }) => {
  await page.addInitScript(() => {
    globalThis.tracks = [];
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      globalThis.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  await openStudio(page);
  await fillStudio(page);
  const states = () => page.evaluate(() => globalThis.tracks.map(({ readyState }) => readyState));
  // Everything but the camera.
  await context.grantPermissions(['clipboard-read']);
  const dialog = await openDialog(page);
  await dialog.getByRole('tab', { name: 'Camera' }).click();
  await dialog.getByRole('button', { name: 'Start the camera' }).click();
  await expect(dialog.getByRole('alert')).toHaveText(/was not allowed to use the camera/);

  await context.grantPermissions(['camera']);
  await dialog.getByRole('button', { name: 'Start the camera' }).click();
  const video = dialog.getByLabel('What the camera sees');
  await expect.poll(() => video.evaluate((seen: HTMLVideoElement) => seen.videoWidth)).not.toBe(0);
  expect(await states()).toEqual(['live']);
  await dialog.getByRole('button', { name: 'Take the picture' }).click();
  await expect(dialog.getByRole('img', { name: 'To be tried: camera.png' })).toBeVisible();
  await answers(dialog);
  expect(await states()).toEqual(['ended']);

  await dialog.getByRole('tab', { name: 'Camera' }).click();
  await dialog.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(states).toEqual(['ended', 'live']);
  await page.keyboard.press('Escape');
  await expect.poll(states).toEqual(['ended', 'ended']);
});

test('the dialog fits a phone, and axe finds nothing in any of its views', async ({ page }) => {
  await openStudio(page);
  await fillStudio(page);
  const dialog = await openDialog(page);
  await choose(dialog, fixturePath('images/files/rgb.png'));
  await answers(dialog);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 780 });
    for (const name of ['A file', 'Draw', 'Camera']) {
      await dialog.getByRole('tab', { name }).click();
      expect.soft(await layoutFaults(page), `${name} at ${width}`).toEqual([]);
      expect.soft(await violations(page), `${name} at ${width}`).toEqual([]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => lowContrast(page), `${name}, ${colorScheme}`).toEqual([]);
      }
    }
  }
});
