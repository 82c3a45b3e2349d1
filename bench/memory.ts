/**
 * Peak memory of the page while it imports, judges, merges and downloads: ViT-B/32 with 8 experts, ViT-L/14 with 4.
 * Weights are random; what is measured is the page's own process, workers included, on the CPU engine. Numbers of one
 * machine, never a test.
 *
 * `npm run bench -- memory [--folder DIR] [--only b32|l14]`: DIR keeps the 10 GB of checkpoints for the next run.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { megabytes } from './support/memory';
import { openBenchPage } from './support/page';
import { type Geometry, vitB32, vitL14, writeRandomClip } from './support/random-clip';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, only: { type: 'string' } },
});

/** Half an hour: a slow disk, a busy machine. */
const PATIENCE_MS = 1_800_000;
const VOCABULARY = 49_408;

interface Case {
  readonly key: string;
  readonly title: string;
  readonly geometry: Geometry;
  readonly experts: number;
}

const CASES: readonly Case[] = [
  { key: 'b32', title: 'ViT-B/32, 8 experts', geometry: vitB32(VOCABULARY), experts: 8 },
  { key: 'l14', title: 'ViT-L/14, 4 experts', geometry: vitL14(VOCABULARY), experts: 4 },
];

const scratch = await mkdtemp(`${tmpdir()}/studio-memory-`);
try {
  for (const one of CASES.filter(({ key }) => !values.only || values.only === key)) {
    await measure(one, `${values.folder ?? scratch}/${one.key}`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function measure({ key, title, geometry, experts }: Case, folder: string): Promise<void> {
  const last = `${folder}/expert-${experts}`;
  if (!(await exists(`${last}/model.safetensors`))) {
    await writeRandomClip(`${folder}/base`, geometry, { full: true, seed: 1 });
    for (let i = 1; i <= experts; i++) {
      await writeRandomClip(`${folder}/expert-${i}`, geometry, { baseSeed: 1, seed: 1 + i });
    }
  }
  const { page, close, ...bench } = await openBenchPage(`${scratch}/profile-${key}`);
  const peakMemory = async () => (await bench.peakMemory())?.bytes ?? null;
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await page.getByLabel('Add checkpoint folder').waitFor({ state: 'attached' });
    await page.getByRole('combobox', { name: 'Engine' }).selectOption('cpu');
    const empty = await peakMemory();
    const begun = performance.now();
    await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
    await page.getByText(`expert-${experts}`).first().waitFor();
    // The import's bar stays until every task vector has been measured.
    await page.getByRole('progressbar').first().waitFor({ state: 'hidden' });
    const imported = await peakMemory();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download merged model' }).click();
    await (await downloading).saveAs(`${scratch}/model.safetensors`);
    const { size } = await stat(`${scratch}/model.safetensors`);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${title}: ${megabytes(size)} merged in ${seconds} s; peak of the largest process: ${megabytes(empty)} empty, ${megabytes(imported)} after import, ${megabytes(await peakMemory())} after download`,
    );
  } finally {
    await close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
