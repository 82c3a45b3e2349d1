import { download, tensorHashes } from './support/downloads';
import { fillStudio, fixtureJson, POOL } from './support/fixture-pool';
import { storedLibrary } from './support/library';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const hashes = fixtureJson<{
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}>(`${POOL}/expected.json`).scaling_factors['0.7'];

test('a file that was downloaded takes no room on the disk once the browser has taken it', async ({
  page,
}) => {
  await page.clock.install();
  await openStudio(page);
  await fillStudio(page);
  const scratchFiles = async () =>
    (await storedLibrary(page)).leftovers.filter((name) => name.startsWith('scratch ')).length;
  expect(await scratchFiles()).toBe(0);
  for (const _ of ['once', 'twice']) {
    const { bytes } = await download(page, 'Download merged model');
    expect(tensorHashes(bytes)).toEqual(hashes);
  }
  // While a browser may still be copying them they stay.
  expect(await scratchFiles()).toBe(2);
  await page.clock.fastForward('01:00:00');
  await expect.poll(scratchFiles).toBe(0);
  // And another can be had.
  const { bytes } = await download(page, 'Download merged model');
  expect(tensorHashes(bytes)).toEqual(hashes);
});
