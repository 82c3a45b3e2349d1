/**
 * Drives the page with the tutorial's case at its real size: a random ViT-B/32 base, two experts, 32 images. Prints the
 * time of each step and the page's peak memory; numbers of one machine at one moment, never a test.
 *
 * `npm run bench -- real-size [--folder DIR]`: DIR keeps the 1.2 GB of checkpoints for the next run.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { megabytes } from './support/memory';
import { openBenchPage } from './support/page';
import { vitB32, writeRandomClip } from './support/random-clip';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const scratch = await mkdtemp(`${tmpdir()}/studio-real-size-`);
const folder = values.folder ?? `${scratch}/models`;
const fixtures = resolve(projectRoot, 'reference/fixtures');

try {
  if (!(await exists(`${folder}/sun397/model.safetensors`))) await makeModels();
  await makeImages();
  const { page, peakMemory, close } = await openBenchPage(`${scratch}/profile`);
  const measured: [string, number][] = [];
  const step = async (name: string, work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    measured.push([name, (performance.now() - begun) / 1000]);
    console.log(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  };
  try {
    const pool = page.getByRole('region', { name: 'Model pool' });
    await page.getByLabel('Add checkpoint folder').waitFor({ state: 'attached' });
    await step('import, base and two experts, measured', async () => {
      await page.getByLabel('Add checkpoint folder').setInputFiles(folder);
      await pool.getByText('sun397').first().waitFor({ timeout: 600_000 });
      await page.getByRole('progressbar').first().waitFor({ state: 'hidden', timeout: 600_000 });
    });
    await step('merge and 32 images scored: merged, pretrained, expert', async () => {
      await page.getByLabel('Add task folder').setInputFiles(`${scratch}/sun397`);
      await page.getByText('Scored 32 of 32 images').waitFor({ timeout: 600_000 });
    });
    await step('one slider move: merged again and 32 images scored', async () => {
      await page.getByRole('spinbutton', { name: 'Scaling factor value' }).fill('0.3');
      await page.keyboard.press('Enter');
      await page.locator('table[aria-busy="true"]').waitFor({ timeout: 60_000 });
      await page.locator('table[aria-busy="false"]').waitFor({ timeout: 600_000 });
    });
    await step('download', async () => {
      const download = page.waitForEvent('download', { timeout: 600_000 });
      await page.getByRole('button', { name: 'Download merged model' }).click();
      await (await download).saveAs(`${scratch}/model.safetensors`);
    });
    const { size } = await stat(`${scratch}/model.safetensors`);
    const engine = await page.getByRole('combobox', { name: 'Engine' }).inputValue();
    console.log(`downloaded ${megabytes(size)}; engine ${engine}; ${availableParallelism()} cores`);
    console.log(`peak memory of the page's process: ${megabytes(await peakMemory())}`);
  } finally {
    await close();
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function makeModels(): Promise<void> {
  const geometry = vitB32(49_408);
  await writeRandomClip(`${folder}/base`, geometry, { full: true, seed: 1 });
  await writeRandomClip(`${folder}/sun397`, geometry, { baseSeed: 1, seed: 2 });
  await writeRandomClip(`${folder}/stanford-cars`, geometry, { baseSeed: 1, seed: 3 });
  const tokenizer = `${fixtures}/tokenizer-openai`;
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
