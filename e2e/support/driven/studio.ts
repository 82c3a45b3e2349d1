/** The studio in a browser that Playwright does not drive: waiting, reading the table, pressing, downloading. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { type DrivenBrowser, evaluate } from './browser';

/** What the page shows, read in one go. */
export interface Shown {
  /** The status line. */
  readonly status: string;
  readonly busy: boolean;
  /** Pretrained, merged and expert accuracy by row. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** The engine line: what computes, and why. */
  readonly engine: string;
  readonly notices: readonly string[];
  readonly models: number;
}

export function look(browser: DrivenBrowser): Promise<Shown> {
  return evaluate(browser, () => {
    const text = (element: Element | null | undefined) => (element?.textContent ?? '').trim();
    const table = document.querySelector('table.accuracy');
    // Not the rows of unfolded classes, which have no head.
    const rows = Array.from(table?.querySelectorAll('tr:has(> th[scope=row])') ?? [], (row) => {
      const name = row.querySelector('th');
      const cells = ['pretrained', 'merged', 'expert'].map((column) => {
        const cell = row.querySelector(`td.${column}`);
        return /-?[\d.]+ %/.exec(text(cell))?.[0] ?? '';
      });
      const whole = name?.querySelector('.name')?.getAttribute('data-tip') ?? text(name);
      return [whole, cells] as const;
    });
    const all = (selector: string) => Array.from(document.querySelectorAll(selector), text);
    return {
      status: [...all('.status-text'), ...all('[role=status]')].join(' | '),
      busy: table?.getAttribute('aria-busy') !== 'false',
      rows: Object.fromEntries(rows),
      engine: text(document.querySelector('.engine-bar')),
      // Not those that tell of the end of long work: how long it takes is the machine's affair.
      notices: all('.notices [aria-live="assertive"] .notice'),
      models: document.querySelectorAll('.model-pool .row').length,
    };
  });
}

/** Opens the page and waits until all of it is scored. */
export async function openScored(
  browser: DrivenBrowser,
  url: string,
  timeout: number,
): Promise<Shown> {
  await browser.goto(url);
  return scored(browser, timeout);
}

export async function scored(browser: DrivenBrowser, timeout: number): Promise<Shown> {
  await expect
    .poll(
      async () => {
        const { status, busy, notices } = await look(browser);
        return busy ? [status, ...notices].join('\n') : status;
      },
      { timeout, intervals: [500] },
    )
    .toMatch(/Scored (\d+) of \1 images/);
  return look(browser);
}

/** Waits until all is scored, or the page says that the browser's storage does not answer; returns whether it says so. */
export async function isSilent(browser: DrivenBrowser, timeout: number): Promise<boolean> {
  let silent = false;
  await expect
    .poll(
      async () => {
        const { status, busy, notices } = await look(browser);
        silent = notices.some((notice) => notice.includes('storage does not answer'));
        return silent || (!busy && /Scored (\d+) of \1 images/.test(status));
      },
      { timeout, intervals: [500] },
    )
    .toBe(true);
  return silent;
}

export function press(browser: DrivenBrowser, name: string): Promise<void> {
  return evaluate(
    browser,
    (wanted) => {
      const buttons = [...document.querySelectorAll('button')];
      const button = buttons.find(({ textContent }) => textContent?.trim() === wanted);
      if (!button) throw new Error(`There is no button ${wanted}.`);
      button.click();
    },
    name,
  );
}

/**
 * Waits until nothing has been read or written in the background for a few seconds: WebKitGTK's storage answers nobody any more
 * once a page was left in the middle of a write.
 */
export async function atRest(browser: DrivenBrowser, timeout: number): Promise<void> {
  let quiet = 0;
  await expect
    .poll(
      async () => {
        const jobs = await evaluate(browser, () => document.querySelectorAll('.jobs .job').length);
        quiet = jobs === 0 ? quiet + 1 : 0;
        return quiet;
      },
      { timeout, intervals: [1000] },
    )
    .toBeGreaterThan(5);
}

/** Presses the button and takes the file that comes. */
export async function download(browser: DrivenBrowser, button: string): Promise<Buffer> {
  await press(browser, button);
  let size = -1;
  const whole = () => {
    const names = readdirSync(browser.downloads);
    const [name] = names.filter((each) => !/\.(part|wkdownload)$/.test(each));
    if (name === undefined || names.length > 1) return null;
    const bytes = readFileSync(join(browser.downloads, name));
    // As large as it was a moment ago: nothing is written any more.
    const settled = bytes.length > 0 && bytes.length === size;
    size = bytes.length;
    return settled ? bytes : null;
  };
  let taken: Buffer | null = null;
  await expect
    .poll(
      () => {
        taken ??= whole();
        return taken !== null;
      },
      { timeout: 180_000, intervals: [500] },
    )
    .toBe(true);
  if (taken === null) throw new Error('Nothing was downloaded.');
  return taken;
}
