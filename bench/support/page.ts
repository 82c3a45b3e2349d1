/** The built page in a real Chromium, served as `npm start` serves it, for benchmarks that drive it. */
import { resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { findBrowser } from '../../scripts/lib/browser.mjs';
import { projectRoot, runTool } from '../../scripts/lib/tools.mjs';
import { serve } from '../../scripts/serve.mjs';
import { peakResident, resident } from './memory';

export interface BenchPage {
  readonly page: Page;
  /** Peak resident bytes of the page's own process, workers included. */
  peakMemory(): Promise<number | null>;
  /** Resident bytes of it now, once garbage has been collected. */
  memory(): Promise<number | null>;
  close(): Promise<void>;
}

/** Builds the page, serves it and opens it with a profile on disk, where imported files are really copied. */
export async function openBenchPage(profile: string): Promise<BenchPage> {
  // A folder of its own: whatever else is built meanwhile must not take the page from under the browser.
  const root = resolve(projectRoot, 'bench/out/page');
  const build = ['build', '--logLevel', 'warn', '--outDir', root, '--emptyOutDir'];
  if ((await runTool('vite', build)) !== 0) {
    throw new Error('The page could not be built.');
  }
  const server = await serve({ root });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await findBrowser(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-background-networking'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(`${server.url}#demo=off`);
  return {
    page,
    async peakMemory() {
      const browser = context.browser();
      return browser === null ? null : largestRenderer(browser, peakResident);
    },
    async memory() {
      const session = await context.newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      await session.detach();
      const browser = context.browser();
      return browser === null ? null : largestRenderer(browser, resident);
    },
    async close() {
      await context.close();
      await server.close();
    },
  };
}

/** The largest of the browser's renderer processes is the page's. */
async function largestRenderer(
  browser: Browser,
  measure: (pid: number) => number | null,
): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => measure(id) ?? 0);
  return sizes.length === 0 ? null : Math.max(...sizes);
}
