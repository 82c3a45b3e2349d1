/**
 * Times a sweep of 11 scaling factors with scoring, in FusionBench and in `npm run fuse`, one after the other on this machine.
 * Both run the built-in demo: the same configuration, one process each, all cores. Prints the ratio.
 *
 * `npm run bench -- sweep`: FusionBench is left out where its environment (`reference/setup.sh`) is not there.
 */

import { sweep } from './suites/sweep';
import { runSuites } from './support/run-suites';

await runSuites({ suites: { sweep }, rounds: 1 });
