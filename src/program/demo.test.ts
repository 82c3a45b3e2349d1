import { openAsBlob, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedBlob } from '../checkpoint/types';
import { openClip } from '../clip/open';
import { nodeEngines, upload } from '../clip/testing';
import type { ClipModel } from '../clip/types';
import { createVisionTower, type VisionTower } from '../clip/vision-tower';
import { combine } from '../method/combine';
import { simpleAverage } from '../method/simple-average';
import { taskArithmetic } from '../method/task-arithmetic';
import type { Method } from '../method/types';
import { allocateWeights, loadOwnWeights, mergedWeights } from '../method/weights';
import { openModelPool } from '../modelpool/judge';
import { IMPLAUSIBLE_RELATIVE_NORM, judgeFacts } from '../modelpool/task-vector-facts';
import { inspectTaskVector } from '../modelpool/testing/inspect-task-vector';
import { createCpuBackend } from '../runtime/cpu/backend';
import type { OrtEngine, TensorBuffer } from '../runtime/types';
import { computeHead, type ZeroShotHead } from '../taskpool/head';
import { readImageSet } from '../taskpool/images/read-image-set';
import { createPatchSource } from '../taskpool/patch-source';
import { scoreBatch } from '../taskpool/score';
import { stratifiedOrder } from '../taskpool/statistics/stratified-order';
import { createTally } from '../taskpool/tally';
import type { EvaluatedTask } from './evaluate';

const DEMO = new URL('../../public/demo/', import.meta.url);

interface Counts {
  readonly n: number;
  readonly correct: number;
}
interface Results {
  readonly experts: readonly string[];
  readonly models: Readonly<Record<string, { readonly tasks: Readonly<Record<string, Counts>> }>>;
  readonly predictions: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}
interface Manifest {
  readonly models: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly tasks: { readonly files: readonly string[] };
}

const json = <T>(path: string) => JSON.parse(readFileSync(new URL(path, DEMO), 'utf8')) as T;
const results = json<Results>('results.json');
const manifest = json<Manifest>('manifest.json');
const backend = createCpuBackend();

let base: ClipModel;
let experts: ClipModel[];
let projection: TensorBuffer;
let tasks: (Omit<EvaluatedTask, 'head'> & { readonly templates: readonly string[] })[];

const engines = await nodeEngines();

async function blobs(paths: readonly string[]): Promise<NamedBlob<Blob>[]> {
  return Promise.all(
    paths.map(async (path) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      blob: await openAsBlob(new URL(path, DEMO)),
    })),
  );
}

beforeAll(async () => {
  const [first, ...others] = manifest.models;
  if (!first) throw new Error('the manifest names no base');
  base = await openClip(first.name, await blobs(first.files));
  experts = await Promise.all(
    others.map(async ({ name, files }) => openClip(name, await blobs(files), base)),
  );
  const { visualProjection, processor, vision } = base;
  if (!visualProjection || !processor) throw new Error('the base is a full CLIP');
  projection = await upload(visualProjection);
  const set = await readImageSet(await blobs(manifest.tasks.files));
  tasks = set.tasks.map(({ name, classnames, templates, images }) => ({
    name,
    classnames,
    templates,
    imageNames: images.map((image) => image.name),
    labels: images.map(({ label }) => label),
    patches: createPatchSource(images, processor, vision, { left: 1e8 }),
    order: stratifiedOrder(images.map(({ label }) => label)),
  }));
}, 120_000);

type Predict = (weights: ReadonlyMap<string, TensorBuffer>) => Promise<Record<string, number[]>>;

/** Predictions of every picture of every task, by task, on one engine from the prompts on. */
async function predictions(engine: OrtEngine, batch: number): Promise<Predict> {
  const tower = await createVisionTower(
    base.vision,
    projection.length / base.vision.hiddenSize,
    engine,
    batch,
  );
  const heads = new Map<string, ZeroShotHead>();
  for (const { name, classnames, templates } of tasks) {
    heads.set(name, await computeHead(base, engine, classnames, templates));
  }
  return (weights) => predictAll(tower, heads, weights);
}

async function predictAll(
  tower: VisionTower,
  heads: ReadonlyMap<string, ZeroShotHead>,
  weights: ReadonlyMap<string, TensorBuffer>,
): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const without of tasks) {
    const head = heads.get(without.name);
    if (!head) throw new Error(`no head of ${without.name}`);
    const task = { ...without, head };
    const tally = createTally(task.labels.length, task.head.classes);
    while (!tally.complete) {
      await scoreBatch({ tower, weights, projection }, task, tally);
    }
    expect(tally.unreadable).toEqual([]);
    found[task.name] = [...tally.predictions];
  }
  return found;
}

async function merged(method: Method, scalingFactor: number) {
  const pool = openModelPool(
    base,
    experts.map((model) => ({ model, weight: 1 })),
  );
  const combination = await combine(pool, { method }, { backend });
  return mergedWeights(combination, scalingFactor, () =>
    allocateWeights(backend, combination.base),
  );
}

async function ownWeights(name: string): Promise<ReadonlyMap<string, TensorBuffer>> {
  const pool = { pretrained: base, experts: [], mergedNames: [...base.visionTensors.keys()] };
  const { base: theta } = await combine(pool, { method: taskArithmetic }, { backend });
  if (name === '_pretrained_') return theta;
  const model = experts.find((expert) => expert.name === name);
  if (!model) throw new Error(`no expert ${name}`);
  const working = allocateWeights(backend, theta);
  await loadOwnWeights(backend, model, working);
  return working.buffers;
}

function counts(predictions: Record<string, number[]>): Record<string, Counts> {
  return Object.fromEntries(
    tasks.map(({ name, labels }) => {
      const predicted = predictions[name] ?? [];
      const correct = predicted.filter((label, i) => label === labels[i]).length;
      return [name, { n: labels.length, correct }];
    }),
  );
}

function expected(model: string): Record<string, Counts> {
  const by = results.models[model]?.tasks ?? {};
  return Object.fromEntries(
    Object.entries(by).map(([name, { n, correct }]) => [name, { n, correct }]),
  );
}

describe('the bound on a plausible task vector', () => {
  it('lies far above the demo’s experts and far below another training', async () => {
    const norms: number[] = [];
    for (const expert of experts) norms.push((await inspectTaskVector(base, expert)).relativeNorm);
    expect(Math.max(...norms)).toBeLessThan(IMPLAUSIBLE_RELATIVE_NORM / 4);
    // Trained weights that have nothing to do with the base's in their places: its own layers, the other way round.
    const last = base.vision.layers - 1;
    const visionTensors = new Map(
      [...base.visionTensors].map(([name]) => {
        const other = name.replace(/layers\.(\d+)/, (_, layer) => `layers.${last - Number(layer)}`);
        const tensor = base.visionTensors.get(other);
        if (!tensor) throw new Error(`no ${other}`);
        return [name, tensor] as const;
      }),
    );
    const stranger: ClipModel = { ...base, visionTensors };
    const facts = await inspectTaskVector(base, stranger);
    const middle = (name: string) => name.includes(`layers.${last / 2}.`);
    const moved = Object.entries(facts.perTensor).filter(
      ([name, value]) =>
        name.includes('layers.') && /proj.weight|fc/.test(name) && !middle(name) && value > 0,
    );
    for (const [name, value] of moved.filter(([name]) => name.endsWith('weight'))) {
      expect(value, name).toBeGreaterThan(IMPLAUSIBLE_RELATIVE_NORM);
    }
    expect(judgeFacts('base', 'stranger', facts)).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('the shipped demo', () => {
  it('has at least four tasks of 300 pictures and one expert for each', () => {
    expect(tasks.length).toBeGreaterThanOrEqual(4);
    expect(tasks.map(({ name }) => name)).toEqual(results.experts);
    expect(experts.map(({ name }) => name)).toEqual(results.experts);
    for (const { labels } of tasks) expect(labels.length).toBeGreaterThanOrEqual(300);
  });
});

describe.each(engines)('the shipped demo on %s', (provider, engine) => {
  // The quickest engine is held to every model, a slower one to some: they run the same graphs.
  const isQuickest = provider === 'native' || engines.length === 1;
  const some = <T>(all: readonly T[], few: number) => (isQuickest ? all : all.slice(-few));
  let predict: Predict;
  beforeAll(async () => {
    predict = await predictions(engine, provider === 'native' ? 100 : 32);
  }, 120_000);

  it.each(['_pretrained_', ...some(results.experts, 1)])(
    'scores %s to the image as the reference',
    async (name) => {
      expect(counts(await predict(await ownWeights(name)))).toEqual(expected(name));
    },
    120_000,
  );

  it('averages the experts to the image as the reference', async () => {
    expect(counts(await predict(await merged(simpleAverage, 1)))).toEqual(
      expected('simple_average'),
    );
  }, 120_000);

  it.each(some(Object.keys(results.predictions), 1))(
    'predicts every picture as the reference at %s',
    async (factor) => {
      const predictions = await predict(await merged(taskArithmetic, Number(factor)));
      expect(predictions).toEqual(results.predictions[factor]);
    },
    120_000,
  );
});
