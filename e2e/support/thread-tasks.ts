/** What the page's own thread does, by processor time: how long a task takes is otherwise the affair of whoever else computes. */
import type { Page } from '@playwright/test';
import * as v from 'valibot';

const threadName = v.object({
  name: v.literal('thread_name'),
  pid: v.number(),
  tid: v.number(),
  args: v.object({ name: v.literal('CrRendererMain') }),
});

const task = v.object({
  name: v.literal('ThreadControllerImpl::RunTask'),
  pid: v.number(),
  tid: v.number(),
  /** Processor time in microseconds. */
  tdur: v.number(),
});

/** Processor time of every task that a page's thread runs meanwhile, in milliseconds, the longest first. Chromium's trace. */
export async function tasksDuring(page: Page, run: () => Promise<void>): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  const events: unknown[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const complete = new Promise<void>((resolve) =>
    session.once('Tracing.tracingComplete', () => resolve()),
  );
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'], excludedCategories: ['*'] },
  });
  await run();
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const place = ({ pid, tid }: { readonly pid: number; readonly tid: number }) => `${pid} ${tid}`;
  const own = new Set(events.filter((event) => v.is(threadName, event)).map(place));
  return events
    .filter((event) => v.is(task, event))
    .filter((event) => own.has(place(event)))
    .map(({ tdur }) => tdur / 1000)
    .sort((a, b) => b - a);
}
