import type { Page } from '@playwright/test';
import type { room } from './pages/device-loss';
import type { Loss } from './pages/device-loss-worker';
import {
  accuracies,
  expectedScores,
  poolFolder,
  SLOW_GPU_MS,
  taskFolder,
} from './support/fixture-pool';
import { type CallRoom, openTestPage } from './support/pages';
import { commandLine, processesOf } from './support/processes';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

/** The smaller task of the fixtures: what takes its time here is starting a GPU made of software. */
const TASK = 'outlines';
const DONE = 'Scored 40 of 40 images';

async function openFilled(page: Page): Promise<CallRoom<typeof room>> {
  const call = await openTestPage<typeof room>(page, 'device-loss');
  await call('connect');
  await page.getByLabel('Models').setInputFiles(poolFolder());
  await page.getByLabel('Tasks').setInputFiles(taskFolder(TASK));
  await call('add');
  return call;
}

/** Waits until everything is scored, and holds it to FusionBench's accuracies of the pool at 0.7. */
async function expectScores(call: CallRoom<typeof room>): Promise<void> {
  await expect
    .poll(async () => (await call('state'))?.scores.status, { timeout: SLOW_GPU_MS })
    .toBe(DONE);
  const [task] = (await call('state'))?.tasks ?? [];
  const scores = (await call('state'))?.scores;
  const accuracy = (column: 'pretrained' | 'merged') =>
    scores?.[column].tasks[task?.id ?? '']?.accuracy;
  expect(accuracy('pretrained')).toBeCloseTo(expectedAccuracy('base'), 6);
  expect(accuracy('merged')).toBeCloseTo(expectedAccuracy('merged@0.7'), 6);
}

function expectedAccuracy(model: string): number {
  return expectedScores.models[model]?.tasks[TASK]?.accuracy ?? Number.NaN;
}

const once: readonly { readonly doing: string; readonly loss: Loss }[] = [
  { doing: 'runs a batch', loss: { moment: 'run', nth: 3 } },
  { doing: 'makes a session', loss: { moment: 'crash', nth: 2 } },
];
for (const { doing, loss } of once) {
  test(`a device lost while it ${doing} is replaced, and scoring completes`, async ({ page }) => {
    const call = await openFilled(page);
    await call('chooseEngine', 'webgpu', [loss]);
    await expectScores(call);
    const { engine } = (await call('state')) ?? {};
    expect(engine?.active).toBe('webgpu');
    expect(engine?.reason).toMatch(
      /^The GPU was lost \(.+\) and started again\. WebGPU was chosen/,
    );
    expect(await call('failures')).toEqual([]);
    expect(await call('unhandled')).toEqual([]);
  });
}

test('a device that is lost again and again is given up for the CPU', async ({ page }) => {
  const call = await openFilled(page);
  const losses: Loss[] = Array.from({ length: 3 }, () => ({ moment: 'session', nth: 1 }));
  await call('chooseEngine', 'webgpu', losses);
  await expectScores(call);
  const { engine } = (await call('state')) ?? {};
  expect(engine?.active).toBe('cpu');
  expect(engine?.reason).toMatch(/^The GPU was lost \(.+\) 3 times\. Everything .* on the CPU/);
  expect(await call('failures')).toEqual([]);
  expect(await call('unhandled')).toEqual([]);
});

test('a device that is lost before it can be used is not waited for', async ({ page }) => {
  const call = await openFilled(page);
  await call('chooseEngine', 'webgpu', [{ moment: 'start', nth: 1 }]);
  await expectScores(call);
  const { engine } = (await call('state')) ?? {};
  expect(engine?.active).toBe('cpu');
  expect(engine?.reason).toMatch(/^WebGPU could not start \(.+\)\. Everything .* on the CPU/);
  expect(await call('unhandled')).toEqual([]);
});

test('the GPU process is killed while it scores, and the numbers are the CPU’s afterwards', async ({
  page,
  context,
}) => {
  test.slow();
  await openStudio(page);
  await page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder());
  await expect(page.getByRole('region', { name: 'Model pool' })).toContainText('surfaces');
  await page.getByLabel('Add task folder').setInputFiles(taskFolder(TASK));
  const status = page.getByRole('status');
  await expect(status.filter({ hasText: DONE })).toBeVisible();
  const rows = [TASK, 'Average'];
  const onCpu = await Promise.all(rows.map((name) => accuracies(page, name)));

  await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu');
  const footer = page.getByRole('contentinfo');
  await expect(footer).toContainText('WebGPU was chosen');
  const line = page.locator('.status-text');
  await expect(line.filter({ hasText: /^Scoring / })).toBeVisible({ timeout: SLOW_GPU_MS });
  const { gpu = 0 } = await processesOf(context);
  expect(commandLine(gpu)).toContain('--type=gpu-process');
  process.kill(gpu, 'SIGKILL');
  await expect(footer).toContainText('The GPU was lost');
  await expect(status.filter({ hasText: DONE })).toBeVisible({ timeout: SLOW_GPU_MS });
  await expect(footer).toContainText('WebGPU was chosen');
  expect(await Promise.all(rows.map((name) => accuracies(page, name)))).toEqual(onCpu);
});
