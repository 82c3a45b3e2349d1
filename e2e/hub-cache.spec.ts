/** A folder of the Hugging Face cache, dropped as it lies on the disk: with files in it, and with links. */
import { cpSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropFiles } from './support/drop';
import { fixturePath, POOL, temporaryFolder } from './support/fixture-pool';
import { row } from './support/pool-rows';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';

/** The base in a cache; `linked` as the systems have it that allow links. */
function cachedBase(linked: boolean): string {
  const folder = join(temporaryFolder(), 'models--org--base');
  const snapshot = join(folder, 'snapshots', COMMIT);
  cpSync(fixturePath(`${POOL}/base`), snapshot, { recursive: true });
  mkdirSync(join(folder, 'refs'));
  writeFileSync(join(folder, 'refs/main'), COMMIT);
  mkdirSync(join(folder, 'blobs'));
  for (const [place, name] of linked ? readdirSync(snapshot).entries() : []) {
    const blob = String(place).repeat(40);
    renameSync(join(snapshot, name), join(folder, 'blobs', blob));
    symlinkSync(`../../blobs/${blob}`, join(snapshot, name));
  }
  return folder;
}

test('a dropped folder of the Hugging Face cache is called by its repository', async ({ page }) => {
  await openStudio(page);
  await dropFiles(page, cachedBase(false));
  await expect(row(page, 'Base', 'org/base')).toBeVisible();
});

test('with links, which the browser leaves out, its files are told by what they hold', async ({
  page,
}) => {
  await openStudio(page);
  await dropFiles(page, cachedBase(true));
  await expect(row(page, 'Base', 'org/base')).toBeVisible();
});
