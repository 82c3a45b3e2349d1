/**
 * Opens the page with its demo for the first time, and again: when the panels are there, the first number, and all of it.
 * Numbers of one machine at one moment, never a test.
 *
 * `npm run bench -- start [--verbose]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { openBenchPage } from './support/page';
import { type Moment, momentsOf, noteMoments, printMoments } from './support/timeline';

const { values } = parseArgs({ options: { verbose: { type: 'boolean', default: false } } });
const scratch = await mkdtemp(`${tmpdir()}/studio-start-`);

try {
  for (const visit of ['first', 'second']) {
    const { page, close } = await openBenchPage(`${scratch}/profile`, {
      script: noteMoments,
      fragment: 'lambda=0.8',
      port: 4711,
    });
    try {
      await page.getByText(/^Scored (\d+) of \1 images$/).waitFor({ timeout: 600_000 });
      const moments = await momentsOf(page);
      if (values.verbose) printMoments(moments);
      const complete = moments.findLast(({ what }) => what === 'status');
      console.log(
        `${visit} visit: panels ${at(moments, 'panels')}, first number ${at(moments, 'number')}, complete ${seconds(complete)}`,
      );
    } finally {
      await close();
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function at(moments: readonly Moment[], wanted: Moment['what']): string {
  return seconds(moments.find(({ what }) => what === wanted));
}

function seconds(moment: Moment | undefined): string {
  return moment === undefined ? 'never' : `${(moment.at / 1000).toFixed(2)} s`;
}
