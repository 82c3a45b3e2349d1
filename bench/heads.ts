/**
 * Times the zero-shot heads of the eight tasks (758 classes, 3,727 prompts) with ViT-B/32's text tower, as `npm run fuse`
 * computes them: a first time, and as a second command finds them. Weights are random, the tokenizer is OpenAI's. Then gives one
 * up after its first batch, and tells how far it came. Numbers of one machine, never a test.
 *
 * `npm run bench -- heads [--folder DIR]`: DIR keeps the 600 MB of the checkpoint for the next run.
 */
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { openClip } from '../src/clip/open';
import { findModelFolder } from '../src/modelpool/sources/find-folder-node';
import { createHeads, type PromptedTask } from '../src/program/run/heads-node';
import type { RunListener } from '../src/program/run/messages';
import { createWasmEngine } from '../src/runtime/ort/wasm';
import { loadWasmInNode } from '../src/runtime/ort/wasm-node';
import { classInformation } from '../src/taskpool/datasets/class-information';
import type { ZeroShotHead } from '../src/taskpool/head';
import { vitB32, writeRandomClip } from './support/random-clip';

const TASKS = 'sun397 stanford-cars resisc45 eurosat svhn gtsrb mnist dtd'.split(' ');
const VOCABULARY = 49_408;

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const scratch = await mkdtemp(`${tmpdir()}/studio-heads-`);
try {
  const clip = values.folder ?? `${scratch}/clip`;
  if (!(await exists(`${clip}/tokenizer.json`))) await makeClip(clip);
  const tasks = await Promise.all(TASKS.map(openTask));
  const classes = tasks.reduce((sum, { classnames }) => sum + classnames.length, 0);
  const engine = await createWasmEngine(loadWasmInNode);
  console.log(
    `${tasks.length} tasks, ${classes} classes, ${promptCount(tasks)} prompts; ${engine.threads} threads, ${availableParallelism()} cores`,
  );

  /** All heads as one command has them: its memory is its own, the folder is that of all commands. */
  const command = async (
    one: readonly PromptedTask[],
    listener: RunListener,
    signal: AbortSignal,
  ) => {
    const surroundings = {
      cwd: scratch,
      env: { TASK_ARITHMETIC_STUDIO_CACHE: join(scratch, 'cache') },
    };
    const model = await openClip('random', (await findModelFolder(clip, surroundings)).files);
    const headOf = createHeads(surroundings, listener, signal);
    const heads: ZeroShotHead[] = [];
    for (const task of one) heads.push(await headOf(engine, clip, model, task));
    return heads;
  };
  const note = (text: string) => console.log(text);

  const controller = new AbortController();
  let done = 0;
  let aborted = 0;
  const impatient: RunListener = {
    note,
    progress(_, prompts) {
      done = prompts;
      setTimeout(() => {
        aborted ||= performance.now();
        controller.abort();
      });
    },
  };
  const given = await command(tasks, impatient, controller.signal).catch(() => null);
  const late = Math.round(performance.now() - aborted);
  console.log(
    `${given ? 'NOT ' : ''}given up at ${done} of ${promptCount(tasks.slice(0, 1))} prompts of ${TASKS[0]}, ${late} ms after it was asked for`,
  );

  const never = new AbortController().signal;
  const times: number[] = [];
  const found: ZeroShotHead[][] = [];
  for (const what of ['first time', 'with the cache']) {
    const begun = performance.now();
    const told: RunListener = {
      note,
      progress: (task, prompts, total) =>
        prompts === total && console.log(`  ${task}: ${total}, at ${seconds(begun)} s`),
    };
    found.push(await command(tasks, told, never));
    times.push(performance.now() - begun);
    console.log(`${what}: ${seconds(begun)} s`);
  }
  const [first = 0, second = 0] = times;
  console.log(`ratio: ${Math.round(first / second)}`);
  const bits = found.map((heads) => Buffer.concat(heads.map(({ weights }) => bytesOf(weights))));
  console.log(`bits are ${bits[0]?.equals(bits[1] ?? Buffer.alloc(0)) ? 'equal' : 'DIFFERENT'}`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function openTask(name: string): Promise<PromptedTask> {
  const known = await classInformation(name);
  if (!known) throw new Error(`The program does not know ${name}.`);
  return { name, ...known };
}

function promptCount(tasks: readonly PromptedTask[]): number {
  return tasks.reduce(
    (sum, { classnames, templates }) => sum + classnames.length * templates.length,
    0,
  );
}

async function makeClip(folder: string): Promise<void> {
  await writeRandomClip(folder, vitB32(VOCABULARY), { full: true, seed: 1 });
  const fixture = resolve(projectRoot, 'reference/fixtures/tokenizer-openai');
  await cp(`${fixture}/tokenizer_config.json`, `${folder}/tokenizer_config.json`);
  const tokenizer = gunzipSync(await readFile(`${fixture}/tokenizer.json.gz`));
  await writeFile(`${folder}/tokenizer.json`, tokenizer);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
