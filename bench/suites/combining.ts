/** Combining a pool, its reading included, without process and saving: ours against FusionBench's own classes. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { fileSource } from '../../src/checkpoint/file-source-node';
import { openClip } from '../../src/clip/open';
import { combine } from '../../src/method/combine';
import { taskArithmetic } from '../../src/method/task-arithmetic';
import { tiesMerging } from '../../src/method/ties-merging';
import type { Method } from '../../src/method/types';
import { openModelPool } from '../../src/modelpool/judge';
import type { ModelPool } from '../../src/modelpool/types';
import { createCpuBackend } from '../../src/runtime/cpu/backend';
import { NO_REFERENCE, python } from '../support/processes';
import { type RandomPool, randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { sideBySide } from '../support/side-by-side';

const EXPERTS = 8;

/** What each is to take of FusionBench's time. */
const CASES = [
  { method: taskArithmetic, reference: 'task_arithmetic', wanted: 0.7 },
  { method: tiesMerging, reference: 'ties_merging', wanted: 0.4 },
] as const;

export const combining: Suite = async ({ folder, rounds, tell }) => {
  const folders = await randomPool(join(folder, 'b32'), EXPERTS);
  // Everything has been read once before anything is measured.
  for (const model of [folders.base, ...folders.experts]) {
    await readFile(join(model, 'model.safetensors'));
  }
  const rows: Row[] = [];
  for (const { method, reference, wanted } of CASES) {
    const pool = await openFolders(folders);
    const others =
      python === undefined
        ? []
        : [{ name: 'FusionBench', wanted, measure: () => fusionBench(reference, folders) }];
    const ours = () => combined(pool, method);
    rows.push(await sideBySide(method.title, 's', rounds, ours, others, tell));
  }
  return {
    title: `Combining, ViT-B/32, ${EXPERTS} experts`,
    text: 'Random vision towers in float32, files cached. Reading them is part of it; starting, hashing and saving are not.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};

async function openFolders({ base, experts }: RandomPool): Promise<ModelPool> {
  const filesOf = (folder: string) =>
    Promise.all(
      ['config.json', 'model.safetensors'].map(async (name) => ({
        name,
        blob: await fileSource(join(folder, name)),
      })),
    );
  const pretrained = await openClip('_pretrained_', await filesOf(base));
  const models = await Promise.all(
    experts.map(async (folder) => openClip(folder, await filesOf(folder), pretrained)),
  );
  return openModelPool(
    pretrained,
    models.map((model) => ({ model, weight: 1 })),
  );
}

async function combined(pool: ModelPool, method: Method): Promise<number> {
  const begun = performance.now();
  const combination = await combine(pool, { method }, { backend: createCpuBackend() });
  const seconds = (performance.now() - begun) / 1000;
  combination.free();
  return seconds;
}

/** FusionBench tells its own time, for importing torch takes longer than the merge. */
async function fusionBench(method: string, { base, experts }: RandomPool): Promise<number> {
  const args = ['reference/time_merge.py', method, base, ...experts];
  const { stdout } = await promisify(execFile)(python ?? '', args, { cwd: projectRoot });
  return Number(stdout.trim().split('\n').at(-1));
}
