import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/lib/browser.mjs';
import { reports } from './scripts/lib/totals.mjs';
import { serve } from './scripts/serve.mjs';

/** Playwright reads this file again in every worker, so the port is chosen once and handed down. */
async function choosePort(): Promise<string> {
  const server = await serve({ root: 'dist' });
  await server.close();
  return String(server.port);
}

process.env.STUDIO_TEST_PORT ??= await choosePort();
process.env.CHROME_PATH ??= await findBrowser();
const url = `http://127.0.0.1:${process.env.STUDIO_TEST_PORT}/`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/browser',
  reporter: [['list'], ['json', { outputFile: reports.playwright }]],
  // Two cores, and a GPU made of software: one page at a time, and time enough for it.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  globalTimeout: 1_800_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    baseURL: url,
    trace: 'retain-on-failure',
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
      ],
    },
  },
  webServer: {
    command: `node e2e/support/server.mjs --port ${process.env.STUDIO_TEST_PORT}`,
    url,
    reuseExistingServer: false,
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: 30_000,
  },
});
