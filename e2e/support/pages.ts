/** The way from a spec to a room in a real browser: a page of `e2e/pages` exposes functions, its spec calls them. */
import type { Page } from '@playwright/test';

/** Functions of plain values: what goes in and comes out is copied between the browser and the spec. */
export type Room = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Calls one of the functions of a test page. */
export type CallRoom<R extends Room> = <Name extends keyof R & string>(
  name: Name,
  ...args: Parameters<R[Name]>
) => Promise<Awaited<ReturnType<R[Name]>>>;

declare global {
  var room: Readonly<Record<string, (...args: unknown[]) => unknown>> | undefined;
}

/** In a test page, last of all: offers its functions to the spec. */
export function expose(room: Room): void {
  globalThis.room = room as Readonly<Record<string, (...args: unknown[]) => unknown>>;
}

/** In a spec: opens `e2e/pages/<name>.html` and waits until its functions are there. */
export async function openTestPage<R extends Room>(page: Page, name: string): Promise<CallRoom<R>> {
  await page.goto(`/pages/${name}.html`);
  await page.waitForFunction(() => globalThis.room !== undefined);
  return (functionName, ...args) =>
    page.evaluate(
      async ([wanted, values]) => {
        const called = globalThis.room?.[wanted];
        if (!called) throw new Error(`The test page offers no function ${wanted}.`);
        return (await called(...values)) as never;
      },
      [functionName, args] as const,
    );
}
