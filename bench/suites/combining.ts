/** Combining alone, reading included, in FusionBench's own classes and here: what is left when starting and saving are left out. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrograms } from '../../scripts/lib/node-program.mjs';
import { fileSource } from '../../src/checkpoint/file-source-node';
import { openClip } from '../../src/clip/open';
import { mergeOnce } from '../../src/method/combine';
import { taskArithmetic } from '../../src/method/task-arithmetic';
import { tiesMerging } from '../../src/method/ties-merging';
import type { Method } from '../../src/method/types';
import { openModelPool } from '../../src/modelpool/judge';
import type { ModelPool } from '../../src/modelpool/types';
import { teamThreads } from '../../src/program/run/team-threads-node';
import { createTeamBackend } from '../../src/runtime/cpu/backend';
import { NO_REFERENCE, python, timeFusionBenchMerge } from '../support/processes';
import { type RandomPool, randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';

const EXPERTS = 8;

/** As `reference/time_merge.py` has it. */
const SCALING_FACTOR = 0.3;

const CASES = [
  { method: taskArithmetic, reference: 'task_arithmetic', wanted: 0.7 },
  { method: tiesMerging, reference: 'ties_merging', wanted: 0.4 },
] as const;

export const combining: Suite = async ({ folder, rounds, tell }) => {
  const files = await randomPool(join(folder, 'b32'), EXPERTS);
  const paths = [files.base, ...files.experts];
  // Everything is read once before anything is measured.
  for (const path of paths) await readFile(join(path, 'model.safetensors'));
  const pool = await openPool(files);
  const programs = await ensurePrograms();
  const rows: Row[] = [];
  for (const { method, reference, wanted } of CASES) {
    const others: Contender[] = [];
    if (python !== undefined) {
      const measure = () => timeFusionBenchMerge(reference, paths);
      others.push({ name: 'FusionBench', wanted, measure });
    }
    const ours = () => merged(pool, method, programs);
    rows.push(await sideBySide(method.title, 's', rounds, ours, others, tell));
  }
  return {
    title: `Combining alone, ViT-B/32, ${EXPERTS} experts`,
    text: 'From files in memory to the merged weights, inside the process: what starting and saving take is left out.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};

async function openPool({ base, experts }: RandomPool): Promise<ModelPool> {
  const filesOf = (folder: string) =>
    Promise.all(
      ['config.json', 'model.safetensors'].map(async (name) => ({
        name,
        blob: await fileSource(join(folder, name)),
      })),
    );
  const pretrained = await openClip('_pretrained_', await filesOf(base));
  const models = await Promise.all(
    experts.map(async (folder, i) => openClip(`e${i}`, await filesOf(folder), pretrained)),
  );
  return openModelPool(
    pretrained,
    models.map((model) => ({ model, weight: 1 })),
  );
}

async function merged(pool: ModelPool, method: Method, programs: URL): Promise<number> {
  const begun = performance.now();
  const { tensors, end } = createTeamBackend(teamThreads(programs));
  const { free } = await mergeOnce(pool, { method }, SCALING_FACTOR, { backend: tensors });
  const seconds = (performance.now() - begun) / 1000;
  free();
  end();
  return seconds;
}
