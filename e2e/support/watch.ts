/** Listens to a page and keeps what a well-behaved one never does. */
import type { APIRequestContext, Page } from '@playwright/test';

export interface PageWatch {
  /**
   * Everything wrong so far, one line each: errors on the console, uncaught errors, requests off the origin or answered
   * with an error, violations of the Content-Security-Policy in the page and, where the server collects them, in
   * its workers.
   */
  problems(): Promise<string[]>;
}

/** Tells the violations reported to the server since it was last asked. */
export type PolicyReports = () => Promise<string[]>;

/** Begins to watch; `origin` is the only one the page may talk to. Call it before the page's first navigation. */
export async function watchPage(
  page: Page,
  origin: string,
  policyReports: PolicyReports = async () => [],
): Promise<PageWatch> {
  const seen: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => seen.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('websocket', (socket) => seen.push(`off the origin: ${socket.url()}`));
  page.context().on('request', (sent) => {
    const url = new URL(sent.url());
    // blob: and data: addresses name what the page already holds.
    if (/^https?:$/.test(url.protocol) && url.origin !== origin)
      seen.push(`off the origin: ${sent.method()} ${sent.url()}`);
  });
  page.context().on('response', (answer) => {
    if (answer.status() >= 400) seen.push(`HTTP ${answer.status()}: ${answer.url()}`);
  });

  // What an earlier page left with the server is not this page's.
  await policyReports();
  return {
    problems: async () => {
      seen.push(...(await policyReports()).map((report) => `policy: ${report}`));
      return [...seen];
    },
  };
}

/** The reports that `support/server.mjs` collects. */
export function testServerReports(request: APIRequestContext): PolicyReports {
  return async () => (await request.get('/policy-reports')).json();
}
