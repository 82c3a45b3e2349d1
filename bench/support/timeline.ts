/** When the page said what: noted by the page itself, so that nothing is lost between two looks. */
import type { Page } from 'playwright';

export interface Moment {
  /** Milliseconds since the page was asked for. */
  readonly at: number;
  readonly what: 'panels' | 'number' | 'job' | 'no job' | 'status' | 'combined';
  readonly text: string;
}

declare global {
  var timeline: Moment[];
}

/** Runs in the page. */
export function noteMoments(): void {
  globalThis.timeline = [];
  const last = new Map<string, string>();
  const note = (what: Moment['what'], text: string | null | undefined) => {
    if (!text || last.get(what) === text) return;
    last.set(what, text);
    globalThis.timeline.push({ at: performance.now(), what, text });
  };
  new MutationObserver(() => {
    // Numbers that count would fill pages.
    const words = (text: string | null | undefined) => text?.replace(/[\d.,]+/g, 'N');
    note('panels', document.querySelector('section') && 'there');
    note(
      'number',
      document.querySelector('.headline:not(.stale) strong:not(.unknown)')?.textContent && 'there',
    );
    const jobs = [...document.querySelectorAll('.job-label')].map((job) => job.textContent);
    note('job', words(jobs.join(' | ')));
    if (jobs.length === 0) note('no job', last.get('job'));
    const status = document.querySelector('.status-text')?.textContent;
    note('status', words(status));
    note('combined', status?.match(/^Combining .* (\d+) of \1$/) && 'all tensors');
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

export function momentsOf(page: Page): Promise<Moment[]> {
  return page.evaluate(() => globalThis.timeline);
}

export function printMoments(moments: readonly Moment[]): void {
  for (const { at, what, text } of moments) {
    console.log(`  ${(at / 1000).toFixed(2).padStart(7)} s  ${what.padEnd(7)} ${text}`);
  }
}
