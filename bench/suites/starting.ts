/** What the command line takes before it does anything: whole processes that only say what there is. */
import { availableParallelism } from 'node:os';
import { NO_REFERENCE, python, runFuse, runFusionBench } from '../support/processes';
import type { Row, Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';

const WANTED_SECONDS = 0.3;

export const starting: Suite = async ({ rounds, tell }) => {
  // The first start in a checkout puts the program together; an installed copy comes so.
  await runFuse(['--version']);
  const rows: Row[] = [];
  for (const { flag, wanted } of [
    { flag: '--help', wanted: WANTED_SECONDS },
    { flag: '--version' },
  ]) {
    const others: Contender[] = [];
    if (python !== undefined && flag === '--help') {
      const measure = async () => (await runFusionBench([flag], availableParallelism())).seconds;
      others.push({ name: 'FusionBench', measure });
    }
    const ours = async () => (await runFuse([flag])).seconds;
    const row = await sideBySide(`fuse ${flag}`, 's', rounds, ours, others, tell);
    rows.push(wanted === undefined ? row : { ...row, wanted });
  }
  return {
    title: 'Starting the command line',
    text: 'Whole processes.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};
