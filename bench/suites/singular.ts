/** The methods that decompose or solve every weight matrix, with eight experts: whole processes, a saved model at the end. */
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { NO_REFERENCE, python, runFuse, runFusionBench } from '../support/processes';
import { methodSection, writeMergeProgram } from '../support/programs';
import { randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';

const EXPERTS = 8;

interface Timed {
  readonly name: string;
  readonly work: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** At most this many seconds. */
  readonly wanted?: number;
  /** At most so much of FusionBench's time; where it is not told, FusionBench is not run. */
  readonly wantedRatio?: number;
}

export const SINGULAR: readonly Timed[] = [
  { name: 'TaskSingularVectorMerging', work: 'TSV-M', wantedRatio: 1.5 },
  { name: 'ISO_C_Merge', work: 'Iso-C', wantedRatio: 3 },
  { name: 'ISO_CTS_Merge', work: 'Iso-CTS', wantedRatio: 3 },
  // Its own steps of Adam take FusionBench hours on a processor.
  { name: 'WUDIMerging', work: 'WUDI, solved exactly', options: { solver: 'exact' }, wanted: 180 },
];

export const singular: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'singular');
  await mkdir(place, { recursive: true });
  const pool = await randomPool(join(folder, 'b32'), EXPERTS);
  const rows: Row[] = [];
  for (const { name, work, options, wanted, wantedRatio } of SINGULAR) {
    const section = methodSection(name, options);
    const { args } = await writeMergeProgram(place, name, section, pool);
    const saved = join(place, 'merged');
    const save = [...args, `merged_model_save_path=${saved}`];
    const timedBy = (run: () => Promise<{ seconds: number }>) => async () => {
      await rm(saved, { recursive: true, force: true });
      return (await run()).seconds;
    };
    const others: Contender[] = [];
    if (python !== undefined && wantedRatio !== undefined) {
      others.push({
        name: 'FusionBench',
        wanted: wantedRatio,
        measure: timedBy(() => runFusionBench(save, availableParallelism())),
      });
    }
    const ours = timedBy(() => runFuse(save));
    const row = await sideBySide(work, 's', rounds, ours, others, tell);
    rows.push({ ...row, ...(wanted === undefined ? {} : { wanted }) });
    await rm(saved, { recursive: true, force: true });
  }
  return {
    title: `Singular vectors and solves, ViT-B/32, ${EXPERTS} experts`,
    text: 'The merged model saved; whole processes. FusionBench takes hours for WUDI on a processor and is not run.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};
