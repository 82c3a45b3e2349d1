/**
 * Drives the page for a while and watches its memory: 300 moves of the slider, then 40 times an expert added and removed.
 * Memory has to come back to where it was; otherwise the exit code is 1.
 *
 * `npm run bench -- endurance [--moves N] [--rounds N]`
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { megabytes } from './support/memory';
import { openBenchPage } from './support/page';

const { values } = parseArgs({
  options: {
    moves: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '40' },
  },
});
const moves = Number(values.moves);
const rounds = Number(values.rounds);

/** The page's own noise: caches that fill, garbage that is collected when the browser likes. */
const ALLOWED_GROWTH = 1.15;

const scratch = await mkdtemp(`${tmpdir()}/studio-endurance-`);
const fixtures = resolve(projectRoot, 'reference/fixtures');

try {
  const pool = `${scratch}/pool`;
  await mkdir(pool);
  for (const name of ['base', 'experts/outlines', 'experts/surfaces']) {
    await cp(`${fixtures}/merge/p8-32/${name}`, `${pool}/${name.replace('experts/', '')}`, {
      recursive: true,
    });
  }
  const extra = `${scratch}/extra`;
  await cp(`${fixtures}/merge/p8-32/experts/outlines`, extra, { recursive: true });
  const { page, memory, close } = await openBenchPage(`${scratch}/profile`);
  try {
    await page.getByLabel('Add checkpoint folder').waitFor({ state: 'attached' });
    await page.getByLabel('Add checkpoint folder').setInputFiles(pool);
    await page.getByLabel('Add task folder').setInputFiles(`${fixtures}/scoring/images`);
    const done = page.locator('.status-text').filter({ hasText: 'Scored 190 of 190 images' });
    await done.waitFor({ timeout: 120_000 });
    const region = page.getByRole('region', { name: 'Model pool' });
    const slider = page.getByRole('slider', { name: 'Scaling factor' });

    /** Does something many times and tells the memory in between, in tenths. */
    const watch = async (name: string, times: number, work: () => Promise<void>) => {
      const sizes: number[] = [];
      for (let i = 0; i < times; i++) {
        await work();
        if ((i + 1) % Math.max(1, Math.floor(times / 10)) === 0) sizes.push((await memory()) ?? 0);
      }
      console.log(`${name}: ${sizes.map(megabytes).join(', ')}`);
      // The first tenth warms up: code is compiled, crops and scores are kept.
      const [, second = 0] = sizes;
      const last = sizes.at(-1) ?? 0;
      return last <= ALLOWED_GROWTH * second;
    };

    let place = 0;
    const flat = [
      await watch(`${moves} moves of the slider`, moves, async () => {
        await slider.fill(((++place % 200) / 100).toFixed(2));
        await page.waitForTimeout(50);
      }),
      await watch(`${rounds} times an expert added and removed`, rounds, async () => {
        await page.getByLabel('Add checkpoint folder').setInputFiles(extra);
        const row = page.getByRole('button', { name: /^Expert: extra/ });
        await row.waitFor({ timeout: 60_000 });
        if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
        await region.getByRole('button', { name: 'Remove', exact: true }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
        await row.waitFor({ state: 'detached', timeout: 60_000 });
      }),
    ];
    if (flat.includes(false)) {
      console.log(`Memory grew by more than ${Math.round(100 * (ALLOWED_GROWTH - 1))} %.`);
      process.exitCode = 1;
    }
  } finally {
    await close();
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
