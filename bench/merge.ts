/**
 * Times combining alone, its reading included, in FusionBench's own classes and here, in turn on this machine.
 *
 * `npm run bench -- merge [--folder DIR] [--rounds N]`: DIR keeps the 3 GB of models for the next run. FusionBench is left out
 * where its environment (`reference/setup.sh`) is not there.
 */
import { parseArgs } from 'node:util';
import { combining } from './suites/combining';
import { runSuites } from './support/run-suites';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});

await runSuites({
  suites: { combining },
  rounds: Number(values.rounds),
  ...(values.folder === undefined ? {} : { folder: values.folder }),
});
