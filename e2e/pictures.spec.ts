import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { expected, fixtureBytes } from '../src/clip/images/fixtures';
import { formatFiles } from '../src/clip/images/testing/format-files';
import type { room } from './pages/pictures';
import { openTestPage } from './support/pages';
import { expect, test } from './support/test';

const { files, bad } = expected();

function fixture(path: string): string {
  return fileURLToPath(new URL(`../reference/fixtures/images/${path}`, import.meta.url));
}

test('a worker under the policy decodes to the pixels that FusionBench scores', async ({
  page,
}) => {
  const call = await openTestPage<typeof room>(page, 'pictures');
  await page.locator('input').setInputFiles(files.map(({ file }) => fixture(`files/${file}`)));
  const results = await call('decodeChosen');
  expect(results).toEqual(files.map((row) => [row.file, row.datasets?.rgb ?? row.fusionBenchRgb]));
});

test('a bad picture is refused by name and the next one is decoded', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'pictures');
  const names = [...bad.map(({ file }) => `bad/${file}`), 'files/420.jpg', 'files/lossy.webp'];
  await page.locator('input').setInputFiles(names.map(fixture));
  const results = await call('decodeChosen');
  const good = results.splice(-2);
  for (const [name, result] of results)
    expect(result).toMatch(new RegExp(`^FormatError: ${name}: `));
  for (const [name, result] of good) {
    expect(result).toBe(files.find(({ file }) => file === name)?.rgb);
  }
});

test('every format has Pillow’s pixels in the browser as well', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'pictures');
  const readable = formatFiles().filter(
    ({ name, rgb }) => rgb !== null && !/^(?:YCbCr|Lab),|^planes, 16 bits, raw|CCITT/.test(name),
  );
  await page.locator('input').setInputFiles(
    readable.map(({ format, bytes }, number) => ({
      name: `${number} ${format}`,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    })),
  );
  const results = await call('decodeChosen');
  expect(results).toEqual(readable.map(({ format, rgb }, number) => [`${number} ${format}`, rgb]));
});

test('a zip is read in the browser, stored and deflated entries alike', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'pictures');
  const picture = readFileSync(fixture('files/rgb.png'));
  const zip = zipSync({
    'animals/cat/stored.png': [picture, { level: 0 }],
    'animals/dog/deflated.png': [fixtureBytes('images/files/rgb.png'), { level: 9 }],
  });
  await page
    .locator('input')
    .setInputFiles({ name: 'my.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) });
  const rgb = files.find(({ file }) => file === 'rgb.png')?.rgb;
  expect(await call('readChosenZips')).toEqual([
    ['animals', 'cat/stored.png', rgb],
    ['animals', 'dog/deflated.png', rgb],
  ]);
});
