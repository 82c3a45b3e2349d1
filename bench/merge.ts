/**
 * Times merging at the size of ViT-B/32, in FusionBench's own classes and here, in turn on this machine: combining by task
 * arithmetic and by TIES, and whole processes over more and more experts. Prints the ratios.
 *
 * `npm run bench -- merge [--folder DIR]`: DIR keeps the 7 GB of towers for the next run. FusionBench is left out where its
 * environment (`reference/setup.sh`) is not there.
 */
import { parseArgs } from 'node:util';
import { combining } from './suites/combining';
import { merging } from './suites/merging';
import { runSuites } from './support/run-suites';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
await runSuites({
  suites: { combining, merging },
  rounds: 3,
  ...(values.folder === undefined ? {} : { folder: values.folder }),
});
