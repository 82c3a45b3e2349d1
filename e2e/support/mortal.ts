/** A browser whose tabs, engine and own process can be killed at any moment, and which opens the same profile again. */
import {
  type BrowserContext,
  chromium,
  expect,
  type LaunchOptions,
  type Page,
} from '@playwright/test';
import { type Listed, listedNames } from './library';
import { commandLine, isRunning, processesOf } from './processes';
import { newProfile, removeProfile } from './profile';

export const KILLS = ['tab crashed', 'tab closed', 'browser killed', 'engine ended'] as const;
export type Kill = (typeof KILLS)[number];

export interface Mortal {
  /** The tab that is open. */
  page(): Page;
  /** Opens the page in a new tab and closes the one before. */
  open(address: string): Promise<Page>;
  /** Ends it as it stands; what it was doing has not been asked for. */
  kill(kind: Kill): Promise<void>;
  /** Makes the page usable again after a kill of this kind. */
  revive(kind: Kill, address: string): Promise<Page>;
  /** What the tab listed last, as far as it has been told: an item that was on screen has been acknowledged. */
  shown(): Listed;
  /** Forgets everything that this origin keeps. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

declare global {
  var engineWorker: Worker | undefined;
  var tellListed: ((listed: Listed) => Promise<void>) | undefined;
}

/** Runs in the page: keeps its engine's worker within reach, and tells what is listed whenever that changes. */
function watchFromInside(listed: () => Listed): void {
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      globalThis.engineWorker = this;
    }
  };
  let told = '';
  new MutationObserver(() => {
    const names = listed();
    const text = JSON.stringify(names);
    if (text === told) return;
    told = text;
    void globalThis.tellListed?.(names);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

export async function openMortal(launch: LaunchOptions, baseURL: string): Promise<Mortal> {
  const profile = await newProfile();
  let context: BrowserContext;
  let page: Page;
  let shown: Listed = { models: [], tasks: [] };

  const start = async (): Promise<void> => {
    context = await chromium.launchPersistentContext(profile, { ...launch, baseURL });
    await context.exposeFunction('tellListed', (listed: Listed) => {
      shown = listed;
    });
    await context.addInitScript(`(${watchFromInside})(${listedNames})`);
    page = context.pages()[0] ?? (await context.newPage());
  };

  const killBrowser = async (): Promise<void> => {
    const { browser, all } = await processesOf(context);
    // Nothing but what was started here.
    if (!commandLine(browser).includes(` --user-data-dir=${profile} `)) {
      throw new Error(`Process ${browser} is not this test's browser.`);
    }
    const closed = context.waitForEvent('close');
    process.kill(browser, 'SIGKILL');
    await closed;
    // Its other processes end when they see that it is gone; until then they hold the profile.
    await expect.poll(() => all.filter(isRunning), { intervals: [20, 50] }).toEqual([]);
  };

  await start();
  return {
    page: () => page,
    async open(address) {
      const next = await context.newPage();
      await page.close();
      page = next;
      await page.goto(address);
      return page;
    },
    async kill(kind) {
      switch (kind) {
        case 'tab crashed': {
          const crashed = page.waitForEvent('crash');
          const session = await context.newCDPSession(page);
          // It has nobody left to answer.
          session.send('Page.crash').catch(() => undefined);
          await crashed;
          return;
        }
        case 'tab closed':
          await context.newPage().then((next) => {
            const closing = page.close();
            page = next;
            return closing;
          });
          return;
        case 'browser killed':
          return killBrowser();
        case 'engine ended':
          // So soon that there is none yet: as soon as there is one.
          await page.waitForFunction(() => globalThis.engineWorker !== undefined, null, {
            polling: 20,
          });
          await page.evaluate(() => {
            globalThis.engineWorker?.terminate();
            const message = 'ended by a test';
            globalThis.engineWorker?.dispatchEvent(
              new ErrorEvent('error', { message, cancelable: true }),
            );
          });
      }
    },
    async revive(kind, address) {
      if (kind === 'engine ended') {
        // A page that was still starting can only be loaded again.
        const ways = page.getByRole('button', { name: /^(Restart the engine|Reload the page)$/ });
        await ways.first().click();
        return page;
      }
      if (kind === 'browser killed') await start();
      if (kind === 'tab crashed') {
        const next = await context.newPage();
        await page.close();
        page = next;
      }
      await page.goto(address);
      return page;
    },
    shown: () => shown,
    async clear() {
      await page.goto('about:blank');
      const session = await context.newCDPSession(page);
      const origin = new URL(baseURL).origin;
      await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
      await session.detach();
      shown = { models: [], tasks: [] };
    },
    async close() {
      await context.close();
      await removeProfile(profile);
    },
  };
}
