/** The processes of one browser, by their ids. Linux only where `/proc` is read. */
import { existsSync, readFileSync } from 'node:fs';
import type { BrowserContext } from '@playwright/test';

export interface BrowserProcesses {
  /** The one that started all others. */
  readonly browser: number;
  readonly gpu: number | undefined;
  /** Pages, the spare one that Chromium keeps included. */
  readonly renderers: readonly number[];
  readonly all: readonly number[];
}

export async function processesOf(context: BrowserContext): Promise<BrowserProcesses> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('This browser does not tell its processes.');
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const ids = (wanted: string) =>
    processInfo.filter(({ type }) => type.toLowerCase() === wanted).map(({ id }) => id);
  const [browser] = ids('browser');
  if (browser === undefined) throw new Error('This browser does not tell its own process.');
  return {
    browser,
    gpu: ids('gpu')[0],
    renderers: ids('renderer'),
    all: processInfo.map(({ id }) => id),
  };
}

/** A process's command line, its words between blanks; empty where there is no such process. */
export function commandLine(process: number): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** A process that nobody has taken note of yet is as good as gone. */
export function isRunning(process: number): boolean {
  if (!existsSync(`/proc/${process}`)) return false;
  try {
    const status = readFileSync(`/proc/${process}/status`, 'utf8');
    return !/^State:\s+[ZX]/m.test(status);
  } catch {
    return false;
  }
}
