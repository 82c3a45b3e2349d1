import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fuse, IMAGES, type Report, readJson, temporaryFolder } from './fuse/testing';

interface Figures {
  readonly pictures: number;
  readonly accuracy: number;
  readonly loss: number;
}
interface Search {
  readonly name: string;
  readonly before: { readonly scalingFactor: number; readonly weights: readonly number[] };
  readonly best: { readonly scalingFactor: number; readonly weights: readonly number[] };
  readonly values: readonly {
    readonly scalingFactor: number;
    readonly weights: readonly number[];
    readonly loss: number;
  }[];
  readonly choosing: { readonly before: Figures; readonly after: Figures };
  readonly reporting: {
    readonly before: Figures;
    readonly after: Figures;
    readonly difference: { readonly difference: number; readonly pValue: number };
  };
  readonly splits: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface Own {
  readonly task_arithmetic_studio: {
    readonly search?: Search;
    readonly recipe: {
      readonly scalingFactor: number;
      readonly experts: readonly { readonly weight: number }[];
    };
    readonly tasks: Readonly<Record<string, { readonly n: number }>>;
  };
}

const CONFIG = [
  '--config-path',
  'reference/fixtures/scoring/program',
  '--config-name',
  'clip_task_arithmetic',
  'engine=wasm',
];

async function run(...overrides: string[]) {
  const folder = temporaryFolder();
  const report = join(folder, 'report.json');
  const outcome = await fuse([
    ...CONFIG,
    `+report_save_path=${report}`,
    `+merged_model_save_path=${folder}/merged`,
    ...overrides,
  ]);
  expect(outcome.told, outcome.told).not.toMatch(/^Error/m);
  expect(outcome.code).toBe(0);
  const scores = readJson<Report>(report);
  const { search, recipe, tasks } = readJson<Own>(report).task_arithmetic_studio;
  const model = readFileSync(join(folder, 'merged/model.safetensors'));
  return { ...outcome, scores, search, recipe, tasks, model };
}

/** The tensors alone: a file's metadata tells when it was made by whom. */
function tensorBytes(file: Buffer): Buffer {
  return file.subarray(8 + Number(file.readBigUInt64LE(0)));
}

it('finds a scaling factor on one part of each task, reports on the other, and saves the model of it', async () => {
  const { printed, scores, search, recipe, tasks, model } = await run(
    '+search=lambda',
    'search.split=0.5',
  );
  if (!search) throw new Error('the report has no search');
  expect(search.before).toEqual({ scalingFactor: 0.7, weights: [1, 1] });
  expect(search.values.length).toBeGreaterThanOrEqual(8);
  expect(search.values.length).toBeLessThanOrEqual(12);
  expect(search.values.slice(0, 7).map(({ scalingFactor }) => scalingFactor)).toEqual([
    0.7, 0, 0.3, 0.6, 0.9, 1.2, 1.5,
  ]);
  const least = Math.min(...search.values.map(({ loss }) => loss));
  const best = search.values.find(({ loss }) => loss === least);
  expect(search.best.scalingFactor).toBe(best?.scalingFactor);
  expect(search.choosing.after.loss).toBeCloseTo(least, 12);
  expect(search.choosing.before.loss).toBeCloseTo(search.values[0]?.loss ?? Number.NaN, 12);
  expect([search.choosing.after.pictures, search.reporting.after.pictures]).toEqual([95, 95]);
  expect(search.reporting.difference.difference).toBeCloseTo(
    search.reporting.after.accuracy - search.reporting.before.accuracy,
    12,
  );
  // FusionBench's part is of the pictures that were not chosen by.
  expect(tasks.outlines?.n).toBe(20);
  expect(scores.average?.accuracy).toBeCloseTo(search.reporting.after.accuracy, 6);
  expect(recipe.scalingFactor).toBe(search.best.scalingFactor);
  expect(printed).toContain('Chosen on 95 pictures, reported on 95 others:');
  expect(printed).toMatch(/McNemar's exact p = \d/);

  // The same configuration with that factor, and FusionBench's own function around the data, gives the same.
  const wrapped = Object.entries(search.splits).flatMap(([task, { random_seed: seed }]) => [
    `taskpool.test_datasets.${task}._target_=fusion_bench.utils.data.train_validation_split`,
    `+taskpool.test_datasets.${task}.dataset={_target_:datasets.load_dataset,path:imagefolder,data_dir:${IMAGES}/${task},split:train}`,
    ...['path', 'data_dir', 'split'].map((key) => `~taskpool.test_datasets.${task}.${key}`),
    `+taskpool.test_datasets.${task}.validation_fraction=0.5`,
    `+taskpool.test_datasets.${task}.random_seed=${String(seed)}`,
    `+taskpool.test_datasets.${task}.return_split=train`,
  ]);
  const plain = await run(`method.scaling_factor=${search.best.scalingFactor}`, ...wrapped);
  expect(plain.search).toBeUndefined();
  expect(plain.scores).toMatchObject({
    outlines: scores.outlines,
    surfaces: scores.surfaces,
    average: scores.average,
  });
  expect(tensorBytes(plain.model).equals(tensorBytes(model))).toBe(true);

  // And a search that is told so splits in the same way.
  const again = await run('+search=lambda', ...wrapped);
  expect(again.search?.values).toEqual(search.values);
});

it('finds weights of the experts at the scaling factor that there is', async () => {
  const { search, recipe, printed } = await run(
    '+search=weights',
    'search.split=0.5',
    'search.evaluations=20',
    'search.sample_size=30',
  );
  if (!search) throw new Error('the report has no search');
  expect(search.values.length).toBeLessThanOrEqual(20);
  expect(search.values[0]?.weights).toEqual([1, 1]);
  expect(new Set(search.values.map(({ scalingFactor }) => scalingFactor))).toEqual(new Set([0.7]));
  expect(search.best.weights).not.toEqual([1, 1]);
  expect(recipe.experts.map(({ weight }) => weight)).toEqual(search.best.weights);
  expect(search.choosing.after.loss).toBeLessThan(search.choosing.before.loss);
  // 20 of the 40 outlines and 75 of the 150 surfaces are there to choose by.
  expect(search.choosing.after.pictures).toBe(20 + 30);
  expect(search.reporting.after.pictures).toBe(95);
  expect(printed).toContain(`best (weights ${search.best.weights.join(', ')}), choosing`);
});

it('says so where nothing is better', async () => {
  const { printed, search } = await run(
    '+search=lambda',
    'search.split=0.5',
    'search.min=1.4',
    'search.max=1.5',
    'search.grid=3',
    'search.evaluations=4',
  );
  expect(search?.best).toEqual(search?.before);
  expect(printed).toContain('Nothing that was tried has a smaller loss than the model before');
});

it('is refused in words', async () => {
  const whole = await fuse([...CONFIG, '+search=lambda']);
  expect(whole.code).toBe(2);
  expect(whole.told).toMatch(
    /^taskpool\.test_datasets\.outlines: all of its pictures are reported on.*search\.split=0\.2/m,
  );
  const average = await fuse([
    ...CONFIG,
    '+search=lambda',
    'search.split=0.2',
    'method._target_=fusion_bench.method.SimpleAverageAlgorithm',
    '~method.scaling_factor',
  ]);
  expect(average.code).toBe(2);
  expect(average.told).toContain('SimpleAverageAlgorithm has none. Those that do are');
  const unseeded = await fuse([
    ...CONFIG,
    '+search=lambda',
    '~taskpool.test_datasets.surfaces',
    ...['path', 'data_dir', 'split'].map((key) => `~taskpool.test_datasets.outlines.${key}`),
    'taskpool.test_datasets.outlines._target_=fusion_bench.utils.data.train_validation_split',
    `+taskpool.test_datasets.outlines.dataset={_target_:datasets.load_dataset,path:imagefolder,data_dir:${IMAGES}/outlines,split:train}`,
    '+taskpool.test_datasets.outlines.return_split=train',
  ]);
  expect(unseeded.told).toMatch(/Give a random_seed/);
});
