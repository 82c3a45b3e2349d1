/** The built page in a real Chromium, served as `npm start` serves it, for benchmarks that drive it. */
import { resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { findBrowser } from '../../scripts/lib/browser.mjs';
import { projectRoot, runTool } from '../../scripts/lib/tools.mjs';
import { serve } from '../../scripts/serve.mjs';
import { peakResident, resident } from './memory';

export interface ProcessSize {
  /** As Chromium calls it: `renderer`, `browser`, `GPU`. */
  readonly type: string;
  readonly bytes: number;
}

export interface BenchPage {
  readonly page: Page;
  /** Peak resident bytes of the largest process: the page's own with its workers, or the browser's. */
  peakMemory(): Promise<ProcessSize | null>;
  /** Resident bytes of it now, once garbage has been collected. */
  memory(): Promise<number | null>;
  close(): Promise<void>;
}

export interface BenchPageOptions {
  /** Runs in the page before its own program. */
  readonly script?: () => void;
  /** The part of the address after `#`. */
  readonly fragment?: string;
  /** A browser keeps its library by address: the same for a second visit. */
  readonly port?: number;
}

/** A folder of its own: whatever else is built meanwhile must not take the page from under the browser. */
const root = resolve(projectRoot, 'bench/out/page');
let built: Promise<number> | null = null;

/** Builds the page once, serves it and opens it with a profile on disk, where imported files are really copied. */
export async function openBenchPage(
  profile: string,
  { script, fragment = 'demo=off', port = 0 }: BenchPageOptions = {},
): Promise<BenchPage> {
  built ??= runTool('vite', ['build', '--logLevel', 'warn', '--outDir', root, '--emptyOutDir']);
  if ((await built) !== 0) throw new Error('The page could not be built.');
  const server = await serve({ root, port });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await findBrowser(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-background-networking'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  if (script) await page.addInitScript(script);
  await page.goto(`${server.url}#${fragment}`);
  const peak = watchPeak(context.browser());
  return {
    page,
    peakMemory: async () => peak.largest(),
    async memory() {
      const session = await context.newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      await session.detach();
      const browser = context.browser();
      if (browser === null) return null;
      const largest = await largestProcess(browser, resident, (type) => type === 'renderer');
      return largest?.bytes ?? null;
    },
    async close() {
      peak.stop();
      await context.close();
      await server.close();
    },
  };
}

/** How often processes are looked at: allocations of hundreds of megabytes take longer. */
const WATCH_MS = 100;

/**
 * Watches the browser's processes from now on. The system's own record of a peak is no use: Chromium resets it (clear_refs) whenever
 * it measures its own memory.
 */
function watchPeak(browser: Browser | null) {
  let largest: ProcessSize | null = null;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (browser === null || isLooking) return;
    isLooking = true;
    const found = await largestProcess(browser, peakResident, () => true).catch(() => null);
    if (found !== null && found.bytes > (largest?.bytes ?? 0)) largest = found;
    isLooking = false;
  };
  const timer = setInterval(look, WATCH_MS);
  return { largest: () => largest, stop: () => clearInterval(timer) };
}

/** The largest of the browser's renderer processes is the page's. */
async function largestProcess(
  browser: Browser,
  measure: (pid: number) => number | null,
  counts: (type: string) => boolean,
): Promise<ProcessSize | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => counts(type))
    .map(({ id, type }) => ({ type, bytes: measure(id) ?? 0 }))
    .sort((a, b) => b.bytes - a.bytes);
  return sizes[0] ?? null;
}
