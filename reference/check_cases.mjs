/**
 * node reference/check_cases.mjs FOLDER: runs the command line over a folder of cases, one in each folder inside. A case with an
 * `expected.json` (`accuracy`, `loss`) is scored and compared, with its own CLIP or else the small pool's base; of any other
 * the answer of `inspect` is printed, for somebody to read. The exit status is 1 where a score differs.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = resolve(import.meta.dirname, '..');
const BASE = join(PROJECT, 'reference/fixtures/merge/p8-32/base');
/** How far losses may differ: processors differ in the last digits. */
const TOLERANCE = 1e-5;

const [, , folder] = process.argv;
if (folder === undefined) {
  console.error('node reference/check_cases.mjs FOLDER');
  process.exit(2);
}
const work = await mkdtemp(join(tmpdir(), 'studio-cases-'));
let failures = 0;
for (const name of (await readdir(folder)).sort()) {
  const path = join(resolve(folder), name);
  const names = await readdir(path).catch(() => []);
  if (names.includes('expected.json')) await check(name, path, names);
  else if (names.length > 0) await show(name, path, names);
}
await rm(work, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string} name @param {string} path @param {string[]} names */
async function check(name, path, names) {
  const expected = JSON.parse(await readFile(join(path, 'expected.json'), 'utf8'));
  const clip = names.some((file) => /open_clip_config|^config\.json$/.test(file)) ? path : BASE;
  const zip = names.find((file) => file.endsWith('.zip'));
  const parquet = names.some((file) => file.endsWith('.parquet'));
  let data = parquet ? path : join(path, 'images');
  if (zip) {
    data = join(work, name);
    await mkdir(data);
    await copyFile(join(path, zip), join(data, basename(zip)));
  }
  const report = join(work, `${name}.json`);
  await writeFile(
    join(work, `${name}.yaml`),
    `_target_: fusion_bench.programs.FabricModelFusionProgram
report_save_path: ${report}
method: {_target_: fusion_bench.method.DummyAlgorithm}
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: {_pretrained_: ${clip}}
taskpool:
  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
  clip_model: ${clip}
  processor: ${clip}
  templates: {task: ["a photo of a {}"]}
  test_datasets:
    task: {_target_: datasets.load_dataset, path: ${parquet ? 'parquet' : 'imagefolder'}, data_dir: ${data}, split: ${parquet ? 'test' : 'train'}}
`,
  );
  const { code, said } = await node(
    'fuse',
    '--config-path',
    work,
    '-cn',
    name,
    '+print_config=false',
  );
  if (code !== 0) {
    failures += 1;
    console.log(`${name}: FAILED (${code}): ${said}`);
    return;
  }
  const { task } = JSON.parse(await readFile(report, 'utf8'));
  const right =
    task.accuracy === expected.accuracy && Math.abs(task.loss - expected.loss) < TOLERANCE;
  if (!right) failures += 1;
  console.log(
    `${name}: ${right ? 'right' : 'WRONG'}: accuracy ${task.accuracy} (${expected.accuracy}), loss ${task.loss} (${expected.loss})`,
  );
}

/** @param {string} name @param {string} path @param {string[]} names */
async function show(name, path, names) {
  const folders = names.filter((file) => !file.includes('.'));
  for (const target of folders.length > 0 ? folders.map((file) => join(path, file)) : [path]) {
    const { said } = await node('inspect', target);
    console.log(`${name}: ${said.slice(0, 1500)}`);
  }
}

/** @param {string} script @param {string[]} args */
async function node(script, ...args) {
  try {
    const { stdout } = await run(process.execPath, [
      join(PROJECT, `scripts/${script}.mjs`),
      ...args,
    ]);
    return { code: 0, said: stdout.trim() };
  } catch (error) {
    const { code = 1, stdout = '', stderr = '' } = /** @type {any} */ (error);
    return { code, said: `${stdout}${stderr}`.trim() };
  }
}
