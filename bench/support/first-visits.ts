/** What a person waits for on the page: with the demo, and with a ViT-B/32 and its experts. */
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { type BenchPage, openBenchPage } from './page';
import { vitB32, writeRandomClip } from './random-clip';
import { type Moment, momentsOf, noteMoments } from './timeline';

const NAMES = 'sun397 stanford-cars resisc45 eurosat svhn gtsrb mnist dtd'.split(' ');
const PICTURES = 32;
const MINUTES = { timeout: 600_000 };
const fixtures = resolve(projectRoot, 'reference/fixtures');

/** The browser keeps its library by address. */
const PORTS = { demo: 4711, realSize: 4712 };

export interface DemoVisit {
  /** Seconds after the first request. */
  readonly panels: number;
  readonly firstNumber: number;
  readonly complete: number;
  readonly moments: readonly Moment[];
}

/** Opens the page with its demo; a second visit with the same profile finds what the first has left. */
export async function visitDemo(profile: string): Promise<DemoVisit> {
  const { page, close } = await openBenchPage(profile, {
    script: noteMoments,
    fragment: 'lambda=0.8',
    port: PORTS.demo,
  });
  try {
    await statusOf(page, /^Scored (\d+) of \1 images$/).waitFor(MINUTES);
    const moments = await momentsOf(page);
    return {
      panels: secondsOf(moments.find(({ what }) => what === 'panels')),
      firstNumber: secondsOf(moments.find(({ what }) => what === 'number')),
      complete: secondsOf(moments.findLast(({ what }) => what === 'status')),
      moments,
    };
  } finally {
    await close();
  }
}

function secondsOf(moment: Moment | undefined): number {
  return moment === undefined ? Number.NaN : moment.at / 1000;
}

export interface RealSizeFiles {
  /** Folders of the base and its experts. */
  readonly models: string;
  readonly experts: readonly string[];
  /** A task folder of 32 pictures. */
  readonly task: string;
}

/** 0.6 GB for the base, 350 MB for each expert; what is there already is kept. */
export async function writeRealSizeFiles(folder: string, count: number): Promise<RealSizeFiles> {
  const experts = NAMES.slice(0, count);
  const models = join(folder, `models-${count}`);
  const geometry = vitB32(49_408);
  for (const [i, name] of ['base', ...experts].entries()) {
    if (await exists(join(models, name, 'model.safetensors'))) continue;
    const kind = i === 0 ? { full: true as const, seed: 1 } : { baseSeed: 1, seed: i + 1 };
    await writeRandomClip(join(models, name), geometry, kind);
  }
  const tokenizer = join(fixtures, 'tokenizer-openai');
  const packed = await readFile(join(tokenizer, 'tokenizer.json.gz'));
  await writeFile(join(models, 'base/tokenizer.json'), gunzipSync(packed));
  await cp(join(tokenizer, 'tokenizer_config.json'), join(models, 'base/tokenizer_config.json'));
  const task = join(folder, 'sun397');
  await writePictures(task);
  return { models, experts, task };
}

/** The reference's pictures as a task of four classes. */
async function writePictures(task: string): Promise<void> {
  const names = (await readdir(join(fixtures, 'images/files'))).filter(
    (name) => name.endsWith('.png') || name === '224x224.jpg' || name === '420.jpg',
  );
  for (let i = 0; i < PICTURES; i++) {
    const target = join(task, `class-${i % 4}`);
    await mkdir(target, { recursive: true });
    const name = names[i % names.length] ?? '';
    await cp(join(fixtures, 'images/files', name), join(target, `${i}-${name}`));
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export interface RealSizeVisit {
  /** Seconds of each step, in their order. */
  readonly steps: ReadonlyMap<string, number>;
  readonly moments: readonly Moment[];
  /** Of the browser's largest process; null where the system does not tell. */
  readonly peakBytes: number | null;
  readonly downloadedBytes?: number;
}

/** What `work` comes to is when it ended, where that is not when it is known. */
type Step = (name: string, work: () => Promise<unknown>) => Promise<void>;

async function visit(
  profile: string,
  work: (page: BenchPage['page'], step: Step) => Promise<{ downloadedBytes?: number }>,
): Promise<RealSizeVisit> {
  const bench = await openBenchPage(profile, { script: noteMoments, port: PORTS.realSize });
  const steps = new Map<string, number>();
  try {
    const more = await work(bench.page, async (name, act) => {
      const begun = performance.now();
      const ended = await act();
      const end = typeof ended === 'number' ? ended : performance.now();
      steps.set(name, (end - begun) / 1000);
    });
    const peak = await bench.peakMemory();
    return { steps, moments: await momentsOf(bench.page), peakBytes: peak?.bytes ?? null, ...more };
  } finally {
    await bench.close();
  }
}

/** Adds models and pictures, waits for the scores, downloads the merged model, waits until nothing is done any more. */
export function firstRealSizeVisit(
  profile: string,
  { models, experts, task }: RealSizeFiles,
  download: string,
): Promise<RealSizeVisit> {
  return visit(profile, async (page, step) => {
    const pool = page.getByRole('region', { name: 'Model pool' });
    await page.getByLabel('Add checkpoint folder').waitFor({ state: 'attached' });
    await step('copying', async () => {
      await page.getByLabel('Add checkpoint folder').setInputFiles(models);
      for (const name of experts) await pool.getByText(name).first().waitFor(MINUTES);
    });
    await page.getByLabel('Add task folder').setInputFiles(task);
    const tasks = page.getByRole('region', { name: 'Task pool' });
    await tasks.getByText('sun397').first().waitFor(MINUTES);
    await step('first average, after the task is there', () => firstAverage(page));
    await step(`merged, pretrained and expert scored on ${PICTURES} pictures`, () => scored(page));
    await step('download', async () => {
      const [downloading] = await Promise.all([
        page.waitForEvent('download', MINUTES),
        // No click: the notice that long scoring is done may lie over the button.
        page.getByRole('button', { name: 'Download merged model' }).press('Enter', MINUTES),
      ]);
      await downloading.saveAs(download);
    });
    await step('measuring and hashing, after the download', () =>
      atRest(page, /SHA-256|Measuring/),
    );
    await step('keeping the combination', () => atRest(page));
    return { downloadedBytes: (await stat(download)).size };
  });
}

/** Opens the page again with what it has kept. */
export function secondRealSizeVisit(profile: string): Promise<RealSizeVisit> {
  return visit(profile, async (page, step) => {
    await scored(page);
    await step('a new value, first average', async () => {
      await page.getByRole('spinbutton', { name: 'Scaling factor value' }).fill('0.35');
      await page.keyboard.press('Enter');
      await page.locator('table[aria-busy="true"]').waitFor(MINUTES);
      await firstAverage(page);
    });
    await step('the same on all pictures', () => scored(page));
    await atRest(page);
    return {};
  });
}

/** When the first number was there, in seconds after the first request. */
export function firstNumberOf({ moments }: RealSizeVisit): number {
  return secondsOf(moments.find(({ what }) => what === 'number'));
}

/** How long base and experts were read and added up. */
export function combiningOf({ moments }: RealSizeVisit): number {
  const begun = moments.find(({ what, text }) => what === 'status' && text.startsWith('Combining'));
  return secondsOf(moments.find(({ what }) => what === 'combined')) - secondsOf(begun);
}

/** The line for the eye; the one that is read out says less. */
function statusOf(page: BenchPage['page'], text: string | RegExp) {
  return page.locator('.status-text').filter({ hasText: text });
}

function firstAverage(page: BenchPage['page']): Promise<void> {
  return page.locator('.headline:not(.stale) strong:not(.unknown)').waitFor(MINUTES);
}

async function scored(page: BenchPage['page']): Promise<void> {
  await statusOf(page, `Scored ${PICTURES} of ${PICTURES} images`).waitFor(MINUTES);
}

/** No such work is listed for a while: since when, by `performance.now()`. */
async function atRest(page: BenchPage['page'], label = /./): Promise<number> {
  const quiet = 1000;
  const jobs = page.locator('.job-label').filter({ hasText: label });
  let since = performance.now();
  while (performance.now() - since < quiet) {
    await page.waitForTimeout(50);
    if ((await jobs.count()) > 0) since = performance.now();
  }
  return since;
}
