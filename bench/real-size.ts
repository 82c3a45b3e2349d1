/**
 * Drives the page with the tutorial's case at its real size: a random ViT-B/32 base, four experts, 32 images, then opens
 * it again. Prints the time of each step, what the page said when, and the peak memory of the browser's largest process;
 * numbers of one machine at one moment, never a test.
 *
 * `npm run bench -- real-size [--folder DIR] [--experts N]`: DIR keeps the 2 GB of checkpoints for the next run.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { megabytes } from './support/memory';
import { type BenchPage, openBenchPage } from './support/page';
import { vitB32, writeRandomClip } from './support/random-clip';
import { momentsOf, noteMoments, printMoments } from './support/timeline';

const NAMES = 'sun397 stanford-cars resisc45 eurosat svhn gtsrb mnist dtd'.split(' ');
const MINUTES = { timeout: 600_000 };

const { values } = parseArgs({
  options: { folder: { type: 'string' }, experts: { type: 'string', default: '4' } },
});
const experts = NAMES.slice(0, Number(values.experts));
const scratch = await mkdtemp(`${tmpdir()}/studio-real-size-`);
const folder = values.folder ?? `${scratch}/models`;
const fixtures = resolve(projectRoot, 'reference/fixtures');
const profile = `${scratch}/profile`;

try {
  await makeModels();
  await makeImages();
  await visit('first visit', firstVisit);
  await visit('second visit', secondVisit);
  console.log(`${availableParallelism()} cores`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function visit(name: string, work: (bench: BenchPage) => Promise<void>): Promise<void> {
  console.log(name);
  const bench = await openBenchPage(profile, { script: noteMoments, port: 4712 });
  try {
    await work(bench);
    printMoments(await momentsOf(bench.page));
    const peak = await bench.peakMemory();
    console.log(
      `peak memory of the largest process (${peak?.type}): ${megabytes(peak?.bytes ?? null)}`,
    );
  } finally {
    await bench.close();
  }
}

async function firstVisit({ page }: BenchPage): Promise<void> {
  const pool = page.getByRole('region', { name: 'Model pool' });
  await page.getByLabel('Add checkpoint folder').waitFor({ state: 'attached' });
  await step(`copying a base and ${experts.length} experts`, async () => {
    await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
    for (const name of experts) await pool.getByText(name).first().waitFor(MINUTES);
  });
  await page.getByLabel('Add task folder').setInputFiles(`${scratch}/sun397`);
  const tasks = page.getByRole('region', { name: 'Task pool' });
  await tasks.getByText('sun397').first().waitFor(MINUTES);
  await step('first average, after the task is there', () => firstAverage(page));
  await step('merged, pretrained and expert scored on 32 images', () => scored(page));
  await step('download', async () => {
    const download = page.waitForEvent('download', MINUTES);
    await page.getByRole('button', { name: 'Download merged model' }).click();
    await (await download).saveAs(`${scratch}/model.safetensors`);
  });
  const { size } = await stat(`${scratch}/model.safetensors`);
  const engine = await page.getByRole('combobox', { name: 'Engine' }).inputValue();
  console.log(`downloaded ${megabytes(size)}; engine ${engine}`);
  await step('measured and hashed, after the download', () => atRest(page));
}

async function secondVisit({ page }: BenchPage): Promise<void> {
  await scored(page);
  await step('a new value, first average', async () => {
    await page.getByRole('spinbutton', { name: 'Scaling factor value' }).fill('0.35');
    await page.keyboard.press('Enter');
    await page.locator('table[aria-busy="true"]').waitFor(MINUTES);
    await firstAverage(page);
  });
  await step('the same on all images', () => scored(page));
  await atRest(page);
}

type Page = BenchPage['page'];

function firstAverage(page: Page): Promise<void> {
  return page.locator('.headline:not(.stale)').waitFor(MINUTES);
}

async function scored(page: Page): Promise<void> {
  await page.getByText('Scored 32 of 32 images').waitFor(MINUTES);
}

/** No work is listed for a while. */
async function atRest(page: Page): Promise<void> {
  const quiet = 1000;
  for (let since = performance.now(); performance.now() - since < quiet; ) {
    await page.waitForTimeout(100);
    if ((await page.getByRole('progressbar').count()) > 0) since = performance.now();
  }
}

async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await work();
  console.log(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

async function makeModels(): Promise<void> {
  const geometry = vitB32(49_408);
  const tokenizer = `${fixtures}/tokenizer-openai`;
  for (const [i, name] of ['base', ...experts].entries()) {
    if (await exists(`${folder}/${name}/model.safetensors`)) continue;
    const kind = i === 0 ? { full: true as const, seed: 1 } : { baseSeed: 1, seed: i + 1 };
    await writeRandomClip(`${folder}/${name}`, geometry, kind);
  }
  await writeFile(
    `${folder}/base/tokenizer.json`,
    gunzipSync(await readFile(`${tokenizer}/tokenizer.json.gz`)),
  );
  await cp(`${tokenizer}/tokenizer_config.json`, `${folder}/base/tokenizer_config.json`);
}

/** 32 of the reference's pictures as a task of four classes. */
async function makeImages(): Promise<void> {
  const names = (await readdir(`${fixtures}/images/files`)).filter(
    (name) => name.endsWith('.png') || name === '224x224.jpg' || name === '420.jpg',
  );
  for (let i = 0; i < 32; i++) {
    const target = `${scratch}/sun397/class-${i % 4}`;
    await mkdir(target, { recursive: true });
    const name = names[i % names.length] ?? '';
    await cp(`${fixtures}/images/files/${name}`, `${target}/${i}-${name}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
