import 'fake-indexeddb/auto';
import { mkdtempSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import { readConfig } from '../program/config/program/read-program';
import { RECIPE_KEY, readRecipe } from '../program/recipe';
import { createWorkbench } from '../program/run/workbench-node';
import { loadWasmInNode } from '../runtime/ort/wasm-node';
import type { StudioState } from './api';
import { fillStudio, openStudio, type TestStudio } from './testing/drops';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const NAME = 'RegMeanAlgorithmForCLIP';
const studios: TestStudio[] = [];

afterEach(async () => {
  for (const studio of studios.splice(0)) await studio.close();
});

async function open(...given: Parameters<typeof openStudio>): Promise<TestStudio> {
  const studio = await openStudio(...given);
  studios.push(studio);
  return studio;
}

async function filled(name: string, compared?: readonly string[]): Promise<TestStudio> {
  const studio = await open(name, loadWasmInNode, undefined, compared);
  await fillStudio(studio);
  return studio;
}

const isComplete = ({ scores }: StudioState) => scores.phase === 'complete';

async function choose(studio: TestStudio, pictures: number): Promise<StudioState> {
  await studio.engine.setMethod(NAME, { num_regmean_examples: pictures });
  return studio.until(isComplete);
}

/** The merged tensors of a file, and its recipe. */
async function contents(name: string, file: Blob) {
  const { tensors, metadata } = await openSafetensors({ name, blob: file });
  const bytes = new Map<string, Buffer>();
  for (const [tensor, source] of tensors) bytes.set(tensor, Buffer.from(await source.read()));
  return { bytes, recipe: readRecipe(name, metadata.get(RECIPE_KEY) ?? '') };
}

async function downloaded({ engine }: TestStudio) {
  const options = { content: 'vision', dtype: 'base', zip: false } as const;
  const { name, file } = await engine.exportModel('download', options);
  return contents(name, file);
}

/** What the command line writes of the same models; of tasks that are split as on the page, with these seeds. */
async function byCommandLine(pictures: number, seeds: Readonly<Record<string, number>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'studio-regmean-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const method = [
    `method: {_target_: fusion_bench.method.${NAME}, num_regmean_examples: ${pictures}, reduce_non_diagonal_ratio: 0.95,`,
    '  exclude_param_names_regex: [], weight_transpose: true, dataloader_kwargs: {}}',
  ].join('\n');
  const text = readFileSync(
    join(PROJECT, 'reference/fixtures/scoring/program/clip_task_arithmetic.yaml'),
    'utf8',
  )
    .replace(/method:\n( {2}.*\n)+/, `${method}\n`)
    .replaceAll(
      /^ {4}(\w+):\n {6}(_target_: datasets.*)\n {6}(.*)\n {6}(.*)\n {6}(.*)\n/gm,
      (found, name, ...keys) =>
        seeds[name] === undefined ? found : splitDataset(name, keys.slice(0, 4), seeds[name]),
    );
  const outputs = {
    logDir: folder,
    report: null,
    model: join(folder, 'merged'),
    comparison: null,
    relations: null,
    predictions: null,
  };
  const workbench = createWorkbench(
    { cwd: PROJECT, env: { TASK_ARITHMETIC_STUDIO_CACHE: join(folder, 'cache') } },
    { progress: () => undefined, note: () => undefined },
    new AbortController().signal,
  );
  try {
    await workbench.run(readConfig(`${text}\nengine: wasm\n`), outputs);
  } finally {
    await workbench.dispose();
  }
  const path = join(folder, 'merged', 'model.safetensors');
  return contents(path, await openAsBlob(path));
}

/** As the page writes it: half is reported on. */
function splitDataset(name: string, keys: readonly string[], seed: number): string {
  const lines = [
    '_target_: fusion_bench.utils.data.train_validation_split',
    `dataset: {${keys.join(', ')}}`,
    'validation_fraction: 0.5',
    'validation_size: null',
    `random_seed: ${seed}`,
    'return_split: train',
  ];
  return [`    ${name}:`, ...lines.map((line) => `      ${line}`), ''].join('\n');
}

function differing(ours: ReadonlyMap<string, Buffer>, theirs: ReadonlyMap<string, Buffer>) {
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  return [...ours].flatMap(([name, bytes]) =>
    Buffer.compare(bytes, theirs.get(name) ?? Buffer.alloc(0)) === 0 ? [] : [name],
  );
}

describe('RegMean on the page', () => {
  it('says whose pictures are missing, and merges nothing until they are there', async () => {
    const studio = await filled('missing');
    const { tasks } = await studio.until(isComplete);
    const id = tasks.find(({ name }) => name === 'surfaces')?.id ?? '';
    await studio.engine.editTask({ type: 'setIncluded', id, included: false });
    const { method, scores } = await choose(studio, 256);
    expect(method.refusal).toBe(
      'RegMean looks at pictures of each expert’s own task, and surfaces has none. Add or include task images under its name, or choose the expert in the details of a task.',
    );
    expect(scores.merged.average).toBeNull();
    expect(scores.pretrained.average?.complete).toBe(true);
    await expect(downloaded(studio)).rejects.toThrow('RegMean looks at pictures');

    await studio.engine.editTask({ type: 'setIncluded', id, included: true });
    expect(studio.state().method.refusal).toBeNull();
    const there = await studio.until(isComplete);
    expect(there.scores.merged.average?.complete).toBe(true);
    expect((await downloaded(studio)).recipe).toMatchObject({
      method: NAME,
      options: { num_regmean_examples: 256 },
      scalingFactor: null,
    });
  });

  it.each([256, 7])(
    'gives the bytes that the command line gives of %i pictures, on the same engine',
    async (pictures) => {
      const studio = await filled(`bytes-${pictures}`);
      const { scores } = await choose(studio, pictures);
      expect(scores.merged.average?.complete).toBe(true);
      const ours = await downloaded(studio);
      const theirs = await byCommandLine(pictures);
      expect(differing(ours.bytes, theirs.bytes)).toEqual([]);
    },
  );

  it('looks at the pictures to choose by of a task that is split, and at no other', async () => {
    const studio = await filled('split', [NAME]);
    await choose(studio, 256);
    const whole = await downloaded(studio);
    await studio.engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
    const { scores, tasks } = await studio.until(isComplete);
    const halved = await downloaded(studio);
    const linear = /(self_attn|mlp)\..*weight$/;
    const others = differing(halved.bytes, whole.bytes);
    expect(others).toEqual([...halved.bytes.keys()].filter((name) => linear.test(name)));
    const seeds = Object.fromEntries(tasks.map(({ name, split }) => [name, split?.seed ?? -1]));
    const theirs = await byCommandLine(256, seeds);
    expect(differing(halved.bytes, theirs.bytes)).toEqual([]);

    // A comparison looks at the same half: its row is this very model.
    await studio.engine.compare('comparison');
    const row = studio.state().comparison?.rows.find(({ name }) => name === NAME);
    expect(row?.failure).toBeNull();
    expect(row?.reporting?.accuracy).toBeCloseTo(scores.merged.average?.accuracy ?? 0, 12);
    expect(studio.state().comparison?.leftOut).toEqual([]);
  });

  it('is left out of a comparison where an expert has no task, and that is said', async () => {
    const studio = await filled('left-out', ['MagMaxAlgorithm', NAME]);
    const { tasks } = await studio.until(isComplete);
    const id = tasks.find(({ name }) => name === 'surfaces')?.id ?? '';
    await studio.engine.editTask({ type: 'setIncluded', id, included: false });
    await studio.engine.compare('comparison');
    const { comparison } = studio.state();
    expect(comparison?.rows.map(({ name }) => name)).not.toContain(NAME);
    expect(comparison?.leftOut).toEqual([
      'RegMean is left out: it looks at pictures of each expert’s own task, and surfaces has none.',
    ]);
  });

  it('is stopped while it looks at pictures, and goes on when it is asked to', async () => {
    const studio = await filled('stopped');
    await studio.until(isComplete);
    await studio.engine.setMethod(NAME, {});
    await studio.until(({ scores }) => scores.status.startsWith('Combining the experts'));
    await studio.engine.stop();
    const stopped = await studio.until(({ scores }) => scores.phase === 'stopped');
    expect(stopped.scores.merged.average).toBeNull();
    // What is not there is computed for a download.
    const early = await downloaded(studio);
    await studio.engine.sweep([]);
    const { scores } = await studio.until(isComplete);
    expect(scores.merged.average?.complete).toBe(true);
    expect(differing(early.bytes, (await downloaded(studio)).bytes)).toEqual([]);
  });

  it('has its scores again after a reload, and in a pin', async () => {
    const studio = await filled('again');
    const before = await choose(studio, 5);
    await studio.engine.pin();
    const [pin] = studio.state().pins;
    expect([pin?.present, pin?.pin.name]).toEqual([true, 'RegMean']);
    expect(pin?.average?.accuracy).toBe(before.scores.merged.average?.accuracy);
    studios.splice(0);
    await studio.close();
    const again = await open('again', () => Promise.reject(new Error('nothing is to be scored')));
    await again.until(({ scores }) => scores.merged.average?.complete === true);
    expect(again.state().scores.merged).toEqual(before.scores.merged);
    expect(again.state().pins[0]?.present).toBe(true);
  });
});
