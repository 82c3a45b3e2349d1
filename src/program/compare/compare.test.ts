import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CompatibilityError, DeviceError } from '../../errors';
import type { MethodOptions } from '../../method/options';
import { ALL_METHODS } from '../../method/registry';
import type { ScoredTask } from '../search/halves';
import { type ComparedRow, compareModels } from './compare';
import { comparisonCsv } from './csv';
import { comparisonEntries, type Entry, entryName, leftOut } from './entries';

interface Reference {
  readonly halves: readonly {
    readonly tasks: readonly {
      readonly labels: readonly number[];
      readonly reporting: readonly number[];
      readonly before: {
        readonly predictions: readonly number[];
        readonly losses: readonly number[];
      };
      readonly after: {
        readonly predictions: readonly number[];
        readonly losses: readonly number[];
      };
    }[];
    readonly halves: {
      readonly reporting: {
        readonly after: { readonly accuracy: number; readonly interval: readonly [number, number] };
      };
    };
    readonly difference: {
      readonly difference: number;
      readonly low: number;
      readonly high: number;
      readonly pValue: number;
    };
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as Reference;

/** A task of one picture that is scored with this loss. */
const scored = (loss: number): ScoredTask[] => [
  {
    labels: [0],
    tally: { predictions: Int32Array.of(loss < 1 ? 0 : 1), losses: Float64Array.of(loss) },
  },
];

/** Experts, each with a task of its own. */
const POOL = { experts: 3, withoutTask: [] };

const entries = (names: readonly string[]) =>
  comparisonEntries({ ...POOL, names, inUse: null, everyTaskHasExpert: true });

const compared = (
  list: readonly Entry[],
  lossOf: (name: string, factor: number) => number,
  onRows?: (rows: readonly ComparedRow[]) => void,
) => {
  const asked: string[] = [];
  const shares: number[] = [];
  const done = compareModels({
    entries: list,
    tasks: ['one'],
    sizes: { choosing: 1, reporting: 1, experts: 3 },
    async score(entry, factor, half) {
      asked.push(`${entryName(entry)} ${factor} ${half}`);
      const loss = lossOf(entryName(entry), factor);
      return Number.isNaN(loss) ? null : scored(loss);
    },
    onStep: ({ share }) => void shares.push(share),
    ...(onRows && { onRows }),
    now: () => 0,
  });
  return done.then((outcome) => ({ ...outcome, asked, shares }));
};

describe('what is compared', () => {
  it('is every method that takes so many experts, task arithmetic first and the ensemble last', () => {
    const names = comparisonEntries({
      ...POOL,
      names: null,
      inUse: null,
      everyTaskHasExpert: true,
    }).map(entryName);
    // Nobody gave coefficients of every tensor.
    const fitting = ALL_METHODS.filter(
      ({ name, experts: { min, max } }) =>
        min <= 3 && (max ?? 3) >= 3 && name !== 'CLIPLayerWiseAdaMergingAlgorithm',
    );
    expect(names.slice(0, 3)).toEqual(['TaskArithmeticAlgorithm', 'pretrained', 'experts']);
    expect(names.at(-1)).toBe('ensemble');
    expect(new Set(names)).toEqual(
      new Set([...fitting.map(({ name }) => name), 'pretrained', 'experts', 'ensemble']),
    );
    expect(names).not.toContain('LinearInterpolationAlgorithm');
    expect(names).toContain('LiNeS');
  });

  it('has coefficients of every tensor where they are in use or asked for', () => {
    const name = 'CLIPLayerWiseAdaMergingAlgorithm';
    const common = { ...POOL, experts: 2, everyTaskHasExpert: false };
    const weights = (names: readonly string[] | null, told?: MethodOptions) =>
      comparisonEntries({ ...common, names, inUse: told ? { name, told } : null }).flatMap(
        (entry) =>
          entry.kind === 'method' && entry.method.name === name ? [entry.options.weights] : [],
      );
    const given = [
      [0.1, 0.2],
      [0.3, 0.4],
    ];
    expect(weights(null)).toEqual([]);
    expect(weights(null, { weights: given })).toEqual([given]);
    expect(weights([name])).toEqual([[[0.3], [0.3]]]);
    expect(weights([name], { weights: [...given, [0.5, 0.6]] })).toEqual([[[0.3], [0.3]]]);
  });

  it('always has what the others are held against, and each task’s expert only where each has one', () => {
    const few = comparisonEntries({
      ...POOL,
      names: ['MagMaxAlgorithm'],
      inUse: null,
      everyTaskHasExpert: false,
    });
    expect(few.map(entryName)).toEqual([
      'TaskArithmeticAlgorithm',
      'pretrained',
      'MagMaxAlgorithm',
      'SimpleAverageAlgorithm',
      'ensemble',
    ]);
  });

  it('has what looks at pictures where every expert has a task, and says why not elsewhere', () => {
    const regMean = 'RegMeanAlgorithmForCLIP';
    const of = (withoutTask: readonly string[], names: readonly string[] | null = null) => ({
      ...POOL,
      names,
      inUse: null,
      everyTaskHasExpert: false,
      withoutTask,
    });
    expect(comparisonEntries(of([])).map(entryName)).toContain(regMean);
    expect(leftOut(of([]))).toEqual([]);
    expect(comparisonEntries(of(['mnist', 'dtd'])).map(entryName)).not.toContain(regMean);
    expect(leftOut(of(['mnist', 'dtd']))).toEqual([
      'RegMean is left out: it looks at pictures of each expert’s own task, and mnist, dtd have none.',
    ]);
    expect(leftOut(of(['mnist'], ['MagMaxAlgorithm']))).toEqual([]);
  });

  it('has defaults for all options but those of the method in use, lists of another length left out', () => {
    const optionsOf = (name: string, told: Readonly<Record<string, number | number[]>>) =>
      comparisonEntries({
        ...POOL,
        names: [name],
        inUse: { name, told },
        everyTaskHasExpert: true,
        seed: 7,
      }).flatMap((entry) => (entryName(entry) === name && 'options' in entry ? [entry] : []))[0];
    expect(optionsOf('TiesMergingAlgorithm', { threshold: 35 })?.options.threshold).toBe(35);
    expect(optionsOf('WeightedAverageAlgorithm', { weights: [1, 2] })?.told).toEqual({});
    expect(optionsOf('WeightedAverageAlgorithm', { weights: [1, 2, 3] })?.told).toEqual({
      weights: [1, 2, 3],
    });
    const drawing = ALL_METHODS.find(({ options }) => options.some(({ name }) => name === 'seed'));
    expect(optionsOf(drawing?.name ?? '', {})?.options.seed).toBe(7);
  });
});

describe('a comparison', () => {
  it('finds each method’s own factor, far ones too, and marks the least loss', async () => {
    const best: Readonly<Record<string, number>> = {
      TaskArithmeticAlgorithm: 0.4,
      MagMaxAlgorithm: 3.1,
    };
    const { rows, stopped, shares } = await compared(
      entries(['MagMaxAlgorithm']),
      (name, factor) =>
        0.5 + Math.abs(factor - (best[name] ?? 1)) / 100 + (name.startsWith('M') ? 0 : 1),
    );
    expect(stopped).toBe(false);
    const factorOf = (name: string) => rows.find((row) => row.name === name)?.scalingFactor;
    expect(factorOf('TaskArithmeticAlgorithm')).toBeCloseTo(0.4, 1);
    expect(factorOf('MagMaxAlgorithm')).toBeGreaterThan(2.4);
    expect(factorOf('MagMaxAlgorithm')).toBeLessThan(3.6);
    expect(factorOf('SimpleAverageAlgorithm')).toBeNull();
    expect(rows.filter(({ chosen }) => chosen).map(({ name }) => name)).toEqual([
      'MagMaxAlgorithm',
    ]);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares[0], (shares.at(-1) ?? 1) < 1]).toEqual([0, true]);
  });

  it('has a row with the reason for a method that fails, and goes on', async () => {
    const failing = (error: Error) => (name: string) => {
      if (name === 'MagMaxAlgorithm') throw error;
      return 0.5;
    };
    const { rows } = await compared(
      entries(['MagMaxAlgorithm']),
      failing(new CompatibilityError('No.')),
    );
    const failed = rows.find(({ name }) => name === 'MagMaxAlgorithm');
    expect([failed?.failure, failed?.reporting, failed?.chosen]).toEqual(['No.', null, false]);
    expect(rows.at(-1)?.failure).toBeNull();
    await expect(
      compared(entries(['MagMaxAlgorithm']), failing(new TypeError('a bug'))),
    ).rejects.toThrow('a bug');
    await expect(
      compared(entries([]), () => {
        throw new CompatibilityError('Nothing can be scored.');
      }),
    ).rejects.toThrow('Nothing can be scored.');
  });

  it('passes over a factor whose output is not finite', async () => {
    const { rows } = await compared(entries([]), (name, factor) => {
      if (name === 'TaskArithmeticAlgorithm' && factor > 1) throw new DeviceError('not finite');
      return 2 - factor;
    });
    expect(rows[0]?.failure).toBeNull();
    expect(rows[0]?.scalingFactor).toBeLessThanOrEqual(1);
    expect(rows[0]?.scalingFactor).toBeGreaterThan(0.85);
  });

  it('ends with the rows that it has where it is stopped', async () => {
    let made = 0;
    const { rows, stopped, asked } = await compared(
      entries(['MagMaxAlgorithm']),
      (name) => (name === 'MagMaxAlgorithm' ? Number.NaN : 0.5),
      (all) => {
        made = all.length;
      },
    );
    expect([stopped, made]).toEqual([true, 3]);
    expect(rows.map(({ name }) => name)).toEqual([
      'TaskArithmeticAlgorithm',
      'pretrained',
      'experts',
    ]);
    expect(asked.at(-1)).toMatch(/^MagMaxAlgorithm .* choosing$/);
  });

  it('says of a task none of whose pictures can be scored that it is the task', async () => {
    const blank: ScoredTask = {
      labels: [0],
      tally: { predictions: Int32Array.of(-1), losses: Float64Array.of(Number.NaN) },
    };
    const done = compareModels({
      entries: entries([]),
      tasks: ['digits'],
      sizes: { choosing: 1, reporting: 1, experts: 3 },
      score: async (_, __, half) => (half === 'reporting' ? [blank] : scored(0.5)),
    });
    await expect(done).rejects.toThrow(
      'None of the pictures of digits to report on can be scored.',
    );
  });

  it.each(fixture.halves)(
    'has SciPy’s and PyTorch’s figures, %#',
    async ({ tasks, halves, difference }) => {
      const modelOf = (model: 'before' | 'after'): ScoredTask[] =>
        tasks.map((task) => ({
          labels: task.labels,
          rows: task.reporting,
          tally: {
            predictions: Int32Array.from(task[model].predictions),
            losses: Float64Array.from(task[model].losses),
          },
        }));
      const { rows } = await compareModels({
        entries: entries([]),
        tasks: tasks.map((_, i) => `task ${i}`),
        sizes: { choosing: 1, reporting: 1, experts: 3 },
        score: async (entry) => modelOf(entry.kind === 'pretrained' ? 'after' : 'before'),
      });
      const row = rows.find(({ kind }) => kind === 'pretrained');
      const expected = halves.reporting.after;
      expect(row?.reporting?.accuracy).toBeCloseTo(expected.accuracy, 6);
      expect(row?.reporting?.interval[0]).toBeCloseTo(expected.interval[0], 10);
      expect(row?.reporting?.interval[1]).toBeCloseTo(expected.interval[1], 10);
      expect(row?.difference?.difference).toBeCloseTo(difference.difference, 12);
      expect(row?.difference?.interval[0]).toBeCloseTo(difference.low, 10);
      expect(row?.difference?.interval[1]).toBeCloseTo(difference.high, 10);
      expect(row?.difference?.pValue).toBeCloseTo(difference.pValue, 12);
    },
  );

  it('is a table with a column for each task, the best first', async () => {
    const { rows } = await compared(entries([]), (name) => (name === 'ensemble' ? 0.5 : 2));
    const [header = '', first = '', ...others] = comparisonCsv(rows).trimEnd().split('\r\n');
    expect(header.split(',').at(-1)).toBe('one');
    expect(first).toMatch(/^ensemble,Ensemble of the experts’ logits,,,0,/);
    expect(first).toMatch(/,1$/);
    expect(others).toHaveLength(rows.length - 1);
  });
});
