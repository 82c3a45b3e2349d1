import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { ALL_METHODS } from '../method/registry';
import { readConfig } from '../program/config/program/read-program';
import { createWorkbench } from '../program/run/workbench-node';
import { fuse, PROJECT, REFERENCE, type Report, readJson, temporaryFolder } from './fuse/testing';

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly scalingFactor: number | null;
  readonly chosen: boolean;
  readonly choosing: { readonly pictures: number; readonly loss: number } | null;
  readonly reporting: { readonly pictures: number; readonly accuracy: number };
  readonly difference: { readonly difference: number; readonly pValue: number } | null;
}
interface Own {
  readonly task_arithmetic_studio: {
    readonly comparison?: { readonly rows: readonly Row[] };
    readonly tasks: Readonly<Record<string, { readonly n: number }>>;
  };
}

const CONFIG = [...REFERENCE, 'engine=wasm'];
const FEW = 'TaskArithmeticAlgorithm,TiesMergingAlgorithm,WeightedAverageAlgorithm';

afterEach(() => vi.unstubAllEnvs());

function run(folder: string, ...overrides: string[]) {
  const report = join(folder, 'report.json');
  return fuse([
    ...CONFIG,
    `+report_save_path=${report}`,
    `compare.save_path=${folder}/table.csv`,
    ...overrides,
  ]);
}

function rowsIn(folder: string): readonly Row[] {
  const { comparison } = readJson<Own>(join(folder, 'report.json')).task_arithmetic_studio;
  if (!comparison) throw new Error('the report has no comparison');
  return comparison.rows;
}

it('compares the methods that are named with what they are held against, and keeps the scores', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('TASK_ARITHMETIC_STUDIO_CACHE', join(folder, 'cache'));
  const { code, told, printed } = await run(folder, `+compare=${FEW}`);
  expect(code, told).toBe(0);
  const rows = rowsIn(folder);
  const accuracies = rows.map(({ reporting }) => reporting.accuracy);
  expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
  expect(new Set(rows.map(({ name }) => name))).toEqual(
    new Set([
      'TaskArithmeticAlgorithm',
      'pretrained',
      'experts',
      'TiesMergingAlgorithm',
      'SimpleAverageAlgorithm',
      'WeightedAverageAlgorithm',
      'ensemble',
    ]),
  );
  for (const { reporting, choosing, kind } of rows) {
    expect(reporting.pictures).toBe(95);
    expect(choosing?.pictures).toBe(kind === 'method' ? 95 : undefined);
  }
  expect(printed).toMatch(/^Task arithmetic( \*)? +\d\.\d+ +\d\.\d{4} +\d\.\d{4}/m);
  expect(printed).toContain('Each at the factor with the least loss on 95 pictures');
  const table = readFileSync(join(folder, 'table.csv'), 'utf8');
  expect(table.split('\r\n').length).toBe(1 + rows.length + 1);
  // FusionBench's part is the configuration's own model, on the pictures that nothing was chosen by.
  const report = readJson<Own>(join(folder, 'report.json')).task_arithmetic_studio;
  expect(report.tasks.outlines?.n).toBe(20);

  // A plain search that looks as far finds the same factor, and the same figures of it.
  const first = rows.find(({ name }) => name === 'TaskArithmeticAlgorithm');
  const searched = await fuse([
    ...CONFIG,
    `method.scaling_factor=${first?.scalingFactor}`,
    `+report_save_path=${folder}/one.json`,
    '+search=lambda',
    'search.split=0.5',
    'search.evaluations=7',
  ]);
  expect(searched.code, searched.told).toBe(0);
  const plain = readJson<{
    task_arithmetic_studio: {
      search: {
        choosing: { before: { loss: number } };
        reporting: { before: { accuracy: number } };
      };
    };
  }>(join(folder, 'one.json')).task_arithmetic_studio.search;
  expect(first?.choosing?.loss).toBe(plain.choosing.before.loss);
  expect(first?.reporting.accuracy).toBe(plain.reporting.before.accuracy);

  // Again nothing is scored: the same table, and as many files of scores.
  const kept = () => readdirSync(join(folder, 'cache/scores')).length;
  const before = kept();
  expect(before).toBeGreaterThan(2 * rows.length);
  const again = await run(folder, `+compare=[${FEW}]`);
  expect(again.code, again.told).toBe(0);
  expect(again.told).not.toMatch(/of 7, /);
  // For the report's own model, whatever is kept.
  expect(again.told.match(/^Combining the models/gm)).toHaveLength(1);
  expect(kept()).toBe(before);
  const timeless = (of: readonly Row[]) => of.map((row) => ({ ...row, seconds: 0 }));
  expect(timeless(rowsIn(folder))).toEqual(timeless(rows));
});

it('leaves what it has when it is interrupted, and goes on from there', async () => {
  const folder = temporaryFolder();
  const text = readFileSync(
    join(PROJECT, 'reference/fixtures/scoring/program/clip_task_arithmetic.yaml'),
    'utf8',
  );
  const config = readConfig(
    `${text}\nengine: wasm\ncompare: {methods: [${FEW}], sample_size: 8}\n`,
  );
  const outputs = {
    logDir: folder,
    report: join(folder, 'report.json'),
    model: null,
    comparison: join(folder, 'table.csv'),
    relations: null,
    predictions: null,
  };
  const surroundings = {
    cwd: PROJECT,
    env: { TASK_ARITHMETIC_STUDIO_CACHE: join(folder, 'cache') },
  };
  const compare = async (leaveAt: number) => {
    const told: string[] = [];
    const controller = new AbortController();
    const listener = {
      progress: (what: string) => void told.push(what),
      note: () => undefined,
    };
    const workbench = createWorkbench(surroundings, listener, controller.signal);
    const run = workbench.run(config, outputs, (rows) => {
      if (rows.length === leaveAt) controller.abort();
    });
    await run.catch(() => undefined).finally(() => workbench.dispose());
    return { run, told };
  };
  const first = await compare(4);
  await expect(first.run).rejects.toThrow('abort');
  expect(first.told.join()).toContain('Task arithmetic at');
  expect(readFileSync(outputs.comparison, 'utf8').trimEnd().split('\r\n')).toHaveLength(1 + 3);
  expect(existsSync(outputs.report)).toBe(false);

  const { run: finished, told } = await compare(-1);
  expect((await finished).comparison?.rows).toHaveLength(7);
  expect(told.join()).not.toContain('Task arithmetic at');
  expect(told.join()).toContain('Weighted average');
});

it('takes every method that fits the pool', async () => {
  const folder = temporaryFolder();
  const { code, told } = await run(
    folder,
    '+compare=all',
    'compare.sample_size=10',
    'method._target_=fusion_bench.method.SimpleAverageAlgorithm',
    '~method.scaling_factor',
  );
  expect(code, told).toBe(0);
  const rows = rowsIn(folder).filter(({ kind }) => kind === 'method');
  // Two experts and the base are three models: too many for an interpolation between two, and one expert too many for pruning.
  // Nobody gave coefficients of every tensor.
  const fitting = ALL_METHODS.filter(
    ({ name, takes, experts }) =>
      takes !== 'two models' &&
      (experts.max ?? 2) >= 2 &&
      name !== 'CLIPLayerWiseAdaMergingAlgorithm',
  );
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(fitting.map(({ name }) => name)));
  expect(rows.every(({ choosing }) => choosing?.pictures === 20)).toBe(true);
  const least = Math.min(...rows.map(({ choosing }) => choosing?.loss ?? Number.NaN));
  expect(rows.find(({ chosen }) => chosen)?.choosing?.loss).toBe(least);
  expect(readJson<Report>(join(folder, 'report.json')).outlines?.accuracy).toBeGreaterThan(0);
});

it('is refused in words', async () => {
  const folder = temporaryFolder();
  const unknown = await run(folder, '+compare=TiesMergingAlgoritm');
  expect(unknown.code).toBe(2);
  expect(unknown.told).toContain(
    'compare.methods: TiesMergingAlgoritm is not a method that this program has. Did you mean TiesMergingAlgorithm?',
  );
  const both = await run(folder, '+compare=all', '+search=lambda', 'search.split=0.5');
  expect(both.told).toContain(
    "compare: a comparison searches every method's scaling factor itself.",
  );
  const share = await run(folder, '+compare=all', 'compare.split=1');
  expect(share.told).toContain('compare.split: a share between 0 and 1 is expected, such as 0.2.');
  writeFileSync(join(folder, 'table.csv'), 'my own');
  const foreign = await run(folder, '+compare=all');
  expect(foreign.told).toContain('compare.save_path:');
  expect(readFileSync(join(folder, 'table.csv'), 'utf8')).toBe('my own');
});
