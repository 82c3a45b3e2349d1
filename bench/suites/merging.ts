/** Task arithmetic over more and more experts: whole processes, from reading the files to a saved model. */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  mergekitFolder,
  NO_REFERENCE,
  python,
  runFuse,
  runFusionBench,
  runMergekit,
} from '../support/processes';
import { methodSection, writeMergekitProgram, writeMergeProgram } from '../support/programs';
import { type RandomPool, randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';

export const MERGING_TITLE = 'Merging: task arithmetic, ViT-B/32';

export const EXPERTS = [1, 2, 4, 8, 16, 20];

const FACTOR = 0.3;

/** What the whole process is to take of FusionBench's, at this many experts. */
const GOAL = { experts: 8, ratio: 0.4 };

export const merging: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'merging');
  await mkdir(place, { recursive: true });
  const all = await randomPool(join(folder, 'b32'), Math.max(...EXPERTS));
  const rows: Row[] = [];
  for (const count of EXPERTS) {
    const pool = { base: all.base, experts: all.experts.slice(0, count) };
    rows.push(await mergeRow(place, pool, rounds, tell));
  }
  return {
    title: MERGING_TITLE,
    text: 'Random vision towers in float32 (350 MB each, files cached), one scaling factor, the merged model saved; whole processes. Ours also writes the SHA-256 of every source into the file. The raw copy reads every model once and writes one.',
    rows,
    omitted: [
      ...(python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : []),
      ...(mergekitFolder === undefined
        ? ['mergekit: it is not installed (reference/setup.sh).']
        : []),
    ],
  };
};

async function mergeRow(
  place: string,
  pool: RandomPool,
  rounds: number,
  tell: (line: string) => void,
): Promise<Row> {
  const count = pool.experts.length;
  const method = methodSection('TaskArithmeticAlgorithm', { scaling_factor: FACTOR });
  const { args } = await writeMergeProgram(place, `task-arithmetic-${count}`, method, pool);
  const saved = join(place, 'merged');
  const save = [...args, `merged_model_save_path=${saved}`];
  const clean = () => rm(saved, { recursive: true, force: true });
  const others: Contender[] = [];
  if (python !== undefined) {
    others.push({
      name: 'FusionBench',
      ...(count === GOAL.experts ? { wanted: GOAL.ratio } : {}),
      async measure() {
        await clean();
        return (await runFusionBench(save, availableParallelism())).seconds;
      },
    });
  }
  if (mergekitFolder !== undefined) {
    const config = await writeMergekitProgram(place, pool, FACTOR);
    others.push({
      name: 'mergekit',
      async measure() {
        await clean();
        return (await runMergekit(config, saved)).seconds;
      },
    });
  }
  others.push({ name: 'raw copy', measure: () => rawCopy(place, pool) });
  const ours = async () => {
    await clean();
    return (await runFuse(save)).seconds;
  };
  const work = `base and ${count} ${count === 1 ? 'expert' : 'experts'}`;
  const row = await sideBySide(work, 's', rounds, ours, others, tell);
  await clean();
  return row;
}

/** Every model is read once, and one is written. */
async function rawCopy(place: string, { base, experts }: RandomPool): Promise<number> {
  const copy = join(place, 'copy');
  const begun = performance.now();
  for (const model of [base, ...experts]) await copyFile(join(model, 'model.safetensors'), copy);
  const seconds = (performance.now() - begun) / 1000;
  await rm(copy);
  return seconds;
}
