import { beforeAll, describe, expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { shorten } from '../shorten';
import { stockRatio } from './model-stock-ratio';
import { METHODS } from './registry';
import { slerpCoefficients } from './slerp-coefficients';
import { fixtureMask, openFixturePools } from './testing/fixture-pools';
import type { MatrixRow } from './testing/matrix-parity';
import {
  choiceOfRow,
  differingResident,
  differingStreamed,
  type MethodFixture,
  poolOfRow,
} from './testing/method-parity';
import { twoModels } from './two-models';
import { readVisionTensor } from './vision-tensor';

const fixture = fixtureJson<MethodFixture>('methods/expected.json');
/** Held to it by `matrices/parity.test.ts`. */
const matrices = fixtureJson<{ rows: MatrixRow[] }>('methods/matrices.json');
/** And by `mergekit-parity.test.ts`. */
const mergekits = fixtureJson<{ rows: MatrixRow[] }>('methods/mergekit.json');
let poolOf: (shape: string) => ModelPool;

beforeAll(async () => {
  poolOf = await openFixturePools(Object.keys(fixture.names));
});

describe('every method', () => {
  // Task arithmetic has a fixture of its own.
  const names = METHODS.map(({ name }) => name).filter(
    (name) => name !== 'TaskArithmeticAlgorithm',
  );
  it.each(names)('is held to the reference on every shape: %s', (name) => {
    const rows = [...fixture.results, ...matrices.rows, ...mergekits.rows].filter(
      ({ method }) => method === name,
    );
    expect(new Set(rows.map(({ shape }) => shape))).toEqual(new Set(Object.keys(fixture.names)));
  });

  it.each(
    fixture.results.map((row) => [
      row.method,
      row.shape,
      shorten(JSON.stringify(row.options), 120),
      row,
    ]),
  )(
    'gives the bytes of the reference: %s on %s with %s',
    async (_method, _shape, _options, row) => {
      const pool = poolOfRow(poolOf(row.shape), row);
      const choice = choiceOfRow(row, fixture, pool, fixtureMask(row.mask));
      const names = fixture.names[row.shape] ?? [];
      expect(names).toHaveLength(row.sha256.length);
      expect(await differingResident(createCpuBackend(), pool, choice, row, names)).toEqual([]);
      expect(await differingStreamed(pool, choice, row, names)).toEqual([]);
    },
  );
});

describe('what rests on the order of sums', () => {
  it.each(fixture.results.filter(({ ratios }) => ratios).map((row) => [row.shape, row]))(
    'comes near FusionBench: ratios of ModelStock on %s',
    async (shape, row) => {
      for (const [i, name] of (fixture.names[shape] ?? []).entries()) {
        const expected = row.ratios?.[i] ?? null;
        if (expected === null) continue;
        const ratio = await stockRatio(poolOf(shape), name);
        expect(Math.abs(ratio - expected)).toBeLessThan(2e-6);
      }
    },
  );

  it.each(
    fixture.results.filter(({ coefficients }) => coefficients).map((row) => [row.shape, row]),
  )('comes near FusionBench: coefficients of slerp on %s', async (shape, row) => {
    const [first, second] = twoModels(poolOfRow(poolOf(shape), row));
    const options = { t: Number(row.options.t), DOT_THRESHOLD: 0.9995, epsilon: 1e-8 };
    for (const [i, name] of (fixture.names[shape] ?? []).entries()) {
      const values = await Promise.all([first, second].map((m) => readVisionTensor(m, name)));
      const [a, b] = values as [Float32Array, Float32Array];
      const expected = row.coefficients?.[i] ?? null;
      const actual = slerpCoefficients(a, b, options);
      expect(actual === null).toBe(expected === null);
      for (const side of [0, 1]) {
        const apart = Math.abs((actual?.[side] ?? 0) - (expected?.[side] ?? 0));
        expect(apart).toBeLessThan(2e-6);
      }
    }
  });
});
