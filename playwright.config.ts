import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/lib/browser.mjs';
import { withoutAddressBar } from './scripts/lib/chromium-features.mjs';
import { reports } from './scripts/lib/totals.mjs';
import { serve } from './scripts/serve.mjs';

/** Two cores, and a GPU made of software: two pages at a time, and time enough for them. */
const WORKERS = 2;

/** What measures time or memory, or interferes at a certain moment, has the machine for itself. */
const ALONE = [
  'blobs',
  'demo',
  'errors',
  'first-adding',
  'kills',
  'storage',
  'taken',
  'two-tabs',
].map((name) => `**/${name}.spec.ts`);

/** Playwright reads this file again in every worker, so the ports are chosen once and handed down. */
async function choosePorts(): Promise<string> {
  const servers = await Promise.all(Array.from({ length: WORKERS }, () => serve({ root: 'dist' })));
  await Promise.all(servers.map((server) => server.close()));
  return servers.map(({ port }) => port).join(' ');
}

process.env.STUDIO_TEST_PORTS ??= await choosePorts();
process.env.CHROME_PATH ??= await findBrowser();
const ports = process.env.STUDIO_TEST_PORTS.split(' ');
const urlOf = (port: string | undefined) => `http://127.0.0.1:${port}/`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/browser',
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.STUDIO_TEST_REPORT ?? reports.together }],
  ],
  workers: WORKERS,
  projects: [
    { name: 'together', testIgnore: ALONE },
    { name: 'alone', testMatch: ALONE, workers: 1 },
  ],
  fullyParallel: false,
  timeout: 120_000,
  globalTimeout: 1_800_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    // A server for each worker: it gathers the violations of its pages' policy.
    baseURL: urlOf(ports[Number(process.env.TEST_PARALLEL_INDEX ?? 0)]),
    // A trace takes as much processor time as the test itself.
    trace: process.env.STUDIO_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    // Each page would fetch all that it keeps for visits without a network; `offline.spec.ts` lets its own.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env.CHROME_PATH,
      args: [
        '--no-sandbox',
        // WebGPU on a machine without a GPU.
        '--enable-unsafe-webgpu',
        // A quiet browser, so that every request seen is the page's.
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        withoutAddressBar,
      ],
    },
  },
  webServer: ports.map((port) => ({
    command: `node e2e/support/server.mjs --port ${port}`,
    url: urlOf(port),
    reuseExistingServer: false,
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: 30_000,
  })),
});
