/** The demo as a user of another browser meets it, against FusionBench's figures and Chromium's bytes. */
import { createHash } from 'node:crypto';
import { demoRows } from '../demo-results';
import { download as chromiumDownload } from '../downloads';
import type { DrivenBrowser } from './browser';
import { atRest, download, isSilent, openScored, scored } from './studio';
import { expect, test } from './test';

/** Scoring the demo, on two cores that others use, too. */
const SCORING_MS = 180_000;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @param open - `loses`: its storage may answer nobody once a page was left in the middle of a write, which the page has to say */
export function demoPath(open: () => Promise<DrivenBrowser>, { loses = false } = {}): void {
  test('the demo is scored as its card says, downloaded as from Chromium, and there after a reload', async ({
    page,
    baseURL,
  }) => {
    test.slow();
    const browser = await open();
    try {
      const address = `${baseURL}#lambda=0.8`;
      const { rows, notices, engine } = await openScored(browser, address, SCORING_MS);
      test.info().annotations.push({ type: browser.name, description: engine });
      expect(rows).toEqual(demoRows('0.8'));
      expect(notices).toEqual([]);

      const [theirs, chromiums] = await Promise.all([
        download(browser, 'Download merged model'),
        page
          .goto('/#lambda=0.8')
          .then(() => chromiumDownload(page, 'Download merged model'))
          .finally(() => page.close()),
      ]);
      expect(theirs.length).toBeGreaterThan(1_000_000);
      expect(sha256(theirs)).toBe(sha256(chromiums.bytes));

      await atRest(browser, SCORING_MS);
      await browser.goto('about:blank');
      await browser.goto(address);
      if (loses && (await isSilent(browser, SCORING_MS))) {
        test.info().annotations.push({ type: browser.name, description: 'its storage was silent' });
      } else expect((await scored(browser, SCORING_MS)).rows).toEqual(rows);
      expect(browser.problems()).toEqual([]);
    } finally {
      await browser.close();
    }
  });
}
