/**
 * Opens the page with its demo for the first time, and again: when the panels are there, the first number, and all of it.
 * Numbers of one machine at one moment, never a test.
 *
 * `npm run bench -- start [--verbose]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { visitDemo } from './support/first-visits';
import { printMoments } from './support/timeline';

const { values } = parseArgs({ options: { verbose: { type: 'boolean', default: false } } });
const scratch = await mkdtemp(`${tmpdir()}/studio-start-`);

try {
  for (const visit of ['first', 'second']) {
    const { panels, firstNumber, complete, moments } = await visitDemo(`${scratch}/profile`);
    if (values.verbose) printMoments(moments);
    console.log(
      `${visit} visit: panels ${panels.toFixed(2)} s, first number ${firstNumber.toFixed(2)} s, complete ${complete.toFixed(2)} s`,
    );
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
