import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { room } from './pages/storage';
import { modelPool } from './support/fixture-pool';
import { writePaddedModel } from './support/padded-model';
import { openTestPage } from './support/pages';
import { processesOf } from './support/processes';
import { profileTest as test } from './support/profile';
import { openStudio } from './support/studio';
import { expect } from './support/test';

const MiB = 1024 * 1024;
/** Not a multiple of the part size, and several parts. */
const LARGE = 600 * MiB + 12_345;
const WINDOW = 16 * MiB;
/** What importing may add to the page's process at any moment: a quarter of what goes through it. */
const IMPORT_BOUND = 150e6;
/** What is streamed out, and what that may add: half of it. */
const OUTPUT = 200 * MiB;
const OUTPUT_BOUND = OUTPUT / 2;

let folder: string;
let large: { path: string; digests: string[] };
let small: string;

/** A file in which every block of 1 MiB differs, and the digests of its windows. */
function makeFile(path: string, size: number): string[] {
  const block = Buffer.alloc(MiB);
  for (let i = 0; i < MiB; i += 1) block[i] = (i * 2654435761) >>> 24;
  const file = openSync(path, 'w');
  const digests: string[] = [];
  let hash = createHash('sha256');
  for (let at = 0; at < size; at += MiB) {
    block.writeUInt32LE(at / MiB, 0);
    const part = block.subarray(0, Math.min(MiB, size - at));
    writeSync(file, part);
    hash.update(part);
    if ((at + MiB) % WINDOW === 0 || at + MiB >= size) {
      digests.push(hash.digest('hex'));
      hash = createHash('sha256');
    }
  }
  closeSync(file);
  return digests;
}

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'studio-storage-'));
  const path = join(folder, 'model.safetensors');
  large = { path, digests: makeFile(path, LARGE) };
  small = join(folder, 'config.json');
  writeFileSync(small, '{"model_type": "clip"}');
});

test.afterAll(() => rm(folder, { recursive: true }));

const openStorage = (page: Page) => openTestPage<typeof room>(page, 'storage');
const choose = (page: Page, ...paths: string[]) => page.getByLabel('Files').setInputFiles(paths);

const renderers = async (page: Page) => (await processesOf(page.context())).renderers;

/** Bytes of memory that a process has now (`VmRSS`), or at most had since its mark was reset (`VmHWM`). Linux only. */
function memory(process: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${process}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** By how much the page's process grew at most while `work` was done; 0 where that cannot be seen. */
async function growthDuring(page: Page, work: () => Promise<unknown>): Promise<number> {
  if (process.platform !== 'linux') {
    await work();
    return 0;
  }
  const before = new Map<number, number>();
  for (const id of await renderers(page)) {
    // 5 resets the high-water mark (proc_pid_clear_refs(5)).
    writeFileSync(`/proc/${id}/clear_refs`, '5');
    before.set(id, memory(id, 'VmRSS'));
  }
  await work();
  const growths = (await renderers(page)).map((id) => {
    const had = before.get(id);
    return had === undefined ? 0 : memory(id, 'VmHWM') - had;
  });
  const growth = Math.max(...growths);
  expect(growth, 'the measured process did the work').toBeGreaterThan(0);
  return growth;
}

test('a large model is stored in little memory, survives a reload, and is freed', async ({
  page,
}) => {
  let call = await openStorage(page);
  const empty = (await call('usage')).used;
  await choose(page, large.path, small);
  let outcome: Awaited<ReturnType<typeof room.importChosen>> | undefined;
  const growth = await growthDuring(page, async () => {
    outcome = await call('importChosen', 'ViT-B/32');
  });
  expect(outcome).toEqual({ id: expect.any(String) });
  expect(growth).toBeLessThan(IMPORT_BOUND);

  call = await openStorage(page);
  const [model] = await call('listModels');
  expect(model).toMatchObject({ name: 'ViT-B/32', size: LARGE + 22, fileCount: 2 });
  const id = model?.id ?? '';
  const jsonDigest = createHash('sha256').update(readFileSync(small)).digest('hex');
  expect(await call('digestModel', id, WINDOW)).toEqual([
    { name: 'model.safetensors', digests: large.digests },
    { name: 'config.json', digests: [jsonDigest] },
  ]);
  const full = await call('usage');
  expect(full.used - empty).toBeGreaterThan(LARGE);
  expect(full.available).toBe((full.quota ?? 0) - full.used);

  // Its files are deleted once no Blob refers to them: the page that read them must be gone.
  call = await openStorage(page);
  await call('remove', id);
  expect(await call('listModels')).toEqual([]);
  await expect.poll(async () => (await call('usage')).used - empty).toBeLessThan(LARGE / 10);
});

test('the page itself adds a model of 600 MB, and hashes it, in little memory', async ({
  page,
}) => {
  const model = join(folder, 'large');
  writePaddedModel(model, 600e6);
  await openStudio(page);
  const growth = await growthDuring(page, async () => {
    await page.getByLabel('Add checkpoint folder').setInputFiles(model);
    await page.getByRole('button', { name: 'Base: large' }).click();
    const hash = modelPool(page)
      .getByRole('definition')
      .filter({ hasText: /^[0-9a-f]{16}/ });
    await expect(hash).toBeVisible({ timeout: 90_000 });
  });
  expect(growth).toBeLessThan(IMPORT_BOUND);
});

test('thousands of pictures from a folder are kept in their order', async ({ page }) => {
  const pictures = join(folder, 'pets');
  mkdirSync(pictures);
  const whole = createHash('sha256');
  const names = Array.from({ length: 2000 }, (_, i) => `${String(i).padStart(4, '0')}.png`);
  const contents = new Map(
    names.map((name, i) => [name, Buffer.alloc(1000 + ((i * 37) % 5000), i % 251)]),
  );
  for (const [name, bytes] of contents) writeFileSync(join(pictures, name), bytes);

  let call = await openStorage(page);
  await call('open', MiB);
  await page.getByLabel('Folder').setInputFiles(pictures);
  const { id } = await call('importFolder', 'pets');
  call = await openStorage(page);
  // The browser lists a folder in an order of its own.
  const order = await call('imageNames', id);
  expect(order.toSorted()).toEqual(names.map((name) => `pets/${name}`));
  for (const name of order) {
    whole.update(name);
    whole.update(contents.get(name.slice('pets/'.length)) ?? '');
  }
  expect(await call('digestImageSet', id)).toBe(whole.digest('hex'));
});

test('what a closed tab left unfinished is removed, and not before it is closed', async ({
  page,
  context,
}) => {
  const call = await openStorage(page);
  const writer = await context.newPage();
  const callWriter = await openStorage(writer);
  await callWriter('open', MiB / 4);
  await choose(writer, large.path);
  await callWriter('beginImport', 'half a model');
  await expect.poll(() => callWriter('stored'), { intervals: [50] }).toBeGreaterThan(0);
  expect(await call('recover')).toMatchObject({ unfinished: [], orphans: 0 });
  expect(await callWriter('stored')).toBeLessThan(LARGE);
  await writer.close();

  const removed: string[] = [];
  await expect
    .poll(async () => {
      const recovery = await call('recover');
      expect(recovery.orphans).toBe(0);
      removed.push(...recovery.unfinished);
      return removed;
    })
    .toEqual(['half a model']);
  expect(await call('listModels')).toEqual([]);
});

test('a file that changes while it is imported is named, and nothing of it is kept', async ({
  page,
}) => {
  const call = await openStorage(page);
  const path = join(folder, 'moving.safetensors');
  makeFile(path, 3 * MiB);
  // Chromium tells a change by the file's time, in whole seconds.
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(path, hourAgo, hourAgo);
  await choose(page, small, path);
  appendFileSync(path, 'more');
  expect(await call('importChosen', 'clip')).toEqual({
    error: expect.stringMatching(
      /^StorageError: moving\.safetensors can no longer be read \(Not\w+Error\)/,
    ),
  });
  expect(await call('listModels')).toEqual([]);
  expect(await call('recover')).toMatchObject({ unfinished: [], orphans: 0 });
});

test('a full disk is said, and nothing of the import is kept', async ({ page }) => {
  const call = await openStorage(page);
  await choose(page, large.path);
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100e6 });
  // Chromium's estimate does not know of this quota, as it does not know how full the disk is.
  expect(await call('importChosen', 'clip')).toEqual({
    error: expect.stringMatching(
      /clip needs 629 MB and the browser's storage is full\. Nothing of it was kept\./,
    ),
  });
  expect(await call('listModels')).toEqual([]);
  expect(await call('recover')).toMatchObject({ unfinished: [], orphans: 0 });
  await session.send('Storage.overrideQuotaForOrigin', { origin });
});

test('an output is streamed to disk in little memory, downloads whole, and is swept', async ({
  page,
}) => {
  let call = await openStorage(page);
  const growth = await growthDuring(page, () =>
    call('writeScratch', 'merged.safetensors', OUTPUT / MiB, MiB),
  );
  expect(growth).toBeLessThan(OUTPUT_BOUND);
  expect(await call('filesOnDisk')).toEqual([OUTPUT]);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('merged.safetensors');
  const bytes = readFileSync(await download.path());
  expect(bytes.length).toBe(OUTPUT);
  for (let index = 0; index < OUTPUT / MiB; index += 1) {
    const chunk = bytes.subarray(index * MiB, (index + 1) * MiB);
    expect(chunk.equals(Buffer.alloc(MiB, index))).toBe(true);
  }

  // The tab's own recovery leaves it; a later one, after the tab is gone, does not.
  expect((await call('recover')).scratchFiles).toBe(0);
  call = await openStorage(page);
  await expect
    .poll(async () => {
      await call('recover');
      return call('filesOnDisk');
    })
    .toEqual([]);
});

test('what is kept is copied in little memory, survives a reload, and goes with its model', async ({
  page,
}) => {
  let call = await openStorage(page);
  await choose(page, small);
  const imported = await call('importChosen', 'clip');
  if (!('id' in imported)) throw new Error(imported.error);
  const { id } = imported;
  const empty = (await call('usage')).used;
  let kept: boolean | undefined;
  const growth = await growthDuring(page, async () => {
    kept = await call('keep', id, 'sum', OUTPUT / MiB, MiB);
  });
  expect(kept).toBe(true);
  expect(growth).toBeLessThan(OUTPUT_BOUND);
  expect(await call('filesOnDisk')).toEqual([]);

  call = await openStorage(page);
  const expected = Array.from({ length: OUTPUT / MiB }, (_, index) =>
    createHash('sha256').update(Buffer.alloc(MiB, index)).digest('hex'),
  );
  expect(await call('digestKept', id, 'sum', MiB)).toEqual(expected);

  call = await openStorage(page);
  await call('remove', id);
  expect(await call('digestKept', id, 'sum', MiB)).toBeNull();
  await expect.poll(async () => (await call('usage')).used - empty).toBeLessThan(OUTPUT / 10);
});
