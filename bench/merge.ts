/**
 * Times merging of eight experts at the size of ViT-B/32, in FusionBench's own classes and here, in turn on this machine.
 * Vision towers with random float32 weights, their files in memory: combining with reading by task arithmetic and by TIES, and
 * whole processes from configuration to saved model, with the inputs' sums computed and with them remembered.
 *
 * `npm run bench -- merge [--folder DIR] [--times N] [--only combine|ties|process]`: DIR keeps the 3 GB of towers for the next
 * run. FusionBench is left out where its environment (`reference/setup.sh`) is not there.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { fileSource } from '../src/checkpoint/file-source-node';
import { openClip } from '../src/clip/open';
import { configOf } from '../src/engine/testing/random-clip';
import { combine } from '../src/method/combine';
import { taskArithmetic } from '../src/method/task-arithmetic';
import { tiesMerging } from '../src/method/ties-merging';
import type { Method } from '../src/method/types';
import { openModelPool } from '../src/modelpool/judge';
import type { ModelPool } from '../src/modelpool/types';
import { createCpuBackend } from '../src/runtime/cpu/backend';
import { alternate, type Seconds, spread, tellPairs } from './support/alternating';
import { vitB32, writeRandomClip } from './support/random-clip';
import { timedProcess } from './support/timed-process';

const { values: given } = parseArgs({
  options: {
    folder: { type: 'string' },
    times: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});

const EXPERTS = 8;
/** What is aimed at, as a part of FusionBench's time. */
const WANTED = { combine: 0.7, ties: 0.4, process: 0.4 } as const;
const METHODS = {
  combine: { method: taskArithmetic, reference: 'task_arithmetic' },
  ties: { method: tiesMerging, reference: 'ties_merging' },
} as const;

const venv = process.env.STUDIO_REFERENCE_VENV ?? '/opt/studio-reference';
const python = [join(venv, 'bin/python'), join(venv, 'Scripts/python.exe')].find(existsSync);
const times = Number(given.times);

const scratch = await mkdtemp(`${tmpdir()}/studio-merge-`);
try {
  const towers = await makeTowers(given.folder ?? join(scratch, 'towers'));
  // Everything is read once before anything is measured.
  for (const tower of towers) await readFile(join(tower, 'model.safetensors'));
  console.log(
    `ViT-B/32 and ${EXPERTS} experts, float32, ${availableParallelism()} cores, ${times} times`,
  );
  for (const [key, { method, reference }] of Object.entries(METHODS)) {
    if (given.only && given.only !== key) continue;
    const pool = await openTowers(towers);
    const title = `${method.title}, combining`;
    await compare(
      title,
      WANTED[key as keyof typeof METHODS],
      () => combined(pool, method),
      async () => {
        const { printed } = await timedProcess(python ?? '', [
          'reference/time_merge.py',
          reference,
          ...towers,
        ]);
        return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Seconds;
      },
    );
  }
  if (!given.only || given.only === 'process') await compareProcesses(towers);
  if (!python) {
    console.log(`FusionBench is left out: there is no Python in ${venv} (reference/setup.sh).`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function compare(
  title: string,
  wanted: number,
  ours: () => Promise<Seconds>,
  theirs: () => Promise<Seconds>,
): Promise<void> {
  if (python) return tellPairs(title, await alternate(times, ours, theirs), wanted);
  const alone: Seconds[] = [];
  for (let i = 0; i < times; i++) alone.push(await ours());
  console.log(
    `${title}: ${spread(alone.map(({ wall }) => wall))} s, processors ${spread(alone.map(({ processor }) => processor))} s`,
  );
}

async function makeTowers(folder: string): Promise<string[]> {
  const towers = ['base', ...Array.from({ length: EXPERTS }, (_, i) => `expert-${i + 1}`)];
  for (const [i, name] of towers.entries()) {
    const config = join(folder, name, 'config.json');
    if (existsSync(config)) continue;
    const geometry = vitB32(49_408);
    await writeRandomClip(join(folder, name), geometry, { baseSeed: 1, seed: 1 + i });
    await writeFile(config, JSON.stringify(configOf(geometry)));
  }
  return towers.map((name) => resolve(folder, name));
}

async function openTowers([base = '', ...experts]: readonly string[]): Promise<ModelPool> {
  const filesOf = async (folder: string) => {
    const names = ['config.json', 'model.safetensors'];
    return Promise.all(
      names.map(async (name) => ({ name, blob: await fileSource(join(folder, name)) })),
    );
  };
  const pretrained = await openClip('_pretrained_', await filesOf(base));
  const models = await Promise.all(
    experts.map(async (folder, i) => openClip(`e${i}`, await filesOf(folder), pretrained)),
  );
  return openModelPool(
    pretrained,
    models.map((model) => ({ model, weight: 1 })),
  );
}

async function combined(pool: ModelPool, method: Method): Promise<Seconds> {
  const [begun, usage] = [performance.now(), process.cpuUsage()];
  const combination = await combine(pool, { method }, { backend: createCpuBackend() });
  const { user, system } = process.cpuUsage(usage);
  const seconds = { wall: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 };
  combination.free();
  return seconds;
}

async function compareProcesses(towers: readonly string[]): Promise<void> {
  const [base, ...experts] = towers;
  const models = Object.fromEntries([
    ['_pretrained_', base],
    ...experts.map((folder, i) => [`e${i}`, folder]),
  ]);
  // JSON is YAML.
  const config = {
    _target_: 'fusion_bench.programs.FabricModelFusionProgram',
    _recursive_: false,
    method: { _target_: 'fusion_bench.method.TaskArithmeticAlgorithm', scaling_factor: 0.3 },
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
    merged_model_save_path: join(scratch, 'ours'),
  };
  await writeFile(join(scratch, 'merge.yaml'), JSON.stringify(config));
  const fuse = resolve(projectRoot, 'scripts/fuse.mjs');
  const args = [fuse, '--config-path', scratch, '--config-name', 'merge'];
  // Bundling is not what is measured.
  await timedProcess(process.execPath, [fuse, '--help']);
  const ours = (cache: string) => () =>
    timedProcess(process.execPath, args, { TASK_ARITHMETIC_STUDIO_CACHE: cache });
  const reference = ['reference/time_merge.py', 'task_arithmetic', ...towers];
  const theirs = () =>
    timedProcess(python ?? '', [...reference, '--save', join(scratch, 'theirs')]);
  await compare('Whole process with a saved model', WANTED.process, ours('off'), theirs);
  const cache = join(scratch, 'cache');
  await ours(cache)();
  await compare('The same, sums remembered', WANTED.process, ours(cache), theirs);
}
