import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fixtureJson } from '../clip/testing';
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { combine } from './combine';
import { mergedFromCheckpoints, mergedFromCombination } from './merged-values';
import { dropByMagnitude } from './sparse/drop-by-chance';
import { keepingChances } from './sparse/magnitude-chances';
import { ratioOfSums } from './sparse/rescale';
import { documentedBound } from './testing/documented-bound';
import { fixtureMask, openFixturePools } from './testing/fixture-pools';
import { distanceFrom } from './testing/matrix-parity';
import { type MergekitRow, maskSource, mergekitCase } from './testing/mergekit-parity';
import { sha256 } from './testing/sha256';
import { readVisionTensor, visionTensor } from './vision-tensor';

const { rows } = fixtureJson<{ rows: MergekitRow[] }>('methods/mergekit.json');
let poolOf: (shape: string) => ModelPool;

beforeAll(async () => {
  poolOf = await openFixturePools(rows.map((row) => row.shape));
});

const cases = rows.map(
  (row) =>
    [row.method, row.shape, JSON.stringify({ ...row.options, weights: row.weights }), row] as const,
);

describe('methods of mergekit', () => {
  it.each(cases)(
    'give its bytes, or come as near as the documentation says: %s on %s with %s',
    async (method, shape, _options, row) => {
      const { pool, choice, scalingFactor } = mergekitCase(
        row,
        poolOf(shape),
        fixtureMask(row.mask),
      );
      const streamed = mergedFromCheckpoints(pool, choice, scalingFactor);
      const combination = await combine(pool, choice, { backend: createCpuBackend() });
      const isExact = Object.values(row.tensors).every((facts) => 'sha256' in facts);
      for (const merged of [streamed, mergedFromCombination(combination, scalingFactor)]) {
        const { largest, differing } = await distanceFrom(row, merged);
        expect(differing).toEqual([]);
        if (isExact) expect(largest).toBe(0);
        else expect(largest).toBeLessThan(documentedBound(method));
      }
    },
  );
});

describe('DELLA', () => {
  const drawn = rows.filter(({ chances }) => chances);

  async function taskVector(pool: ModelPool, name: string, expert: number) {
    const model = pool.experts[expert]?.model;
    if (!model) throw new Error(`no expert ${expert}`);
    const base = await readVisionTensor(pool.pretrained, name);
    return (await readVisionTensor(model, name)).map((value, i) => value - (base[i] ?? 0));
  }

  it.each(drawn.map((row) => [row.shape, row] as const))(
    'keeps by the chances of mergekit, to the bit: %s',
    async (shape, { chances = {}, options }) => {
      const pool = poolOf(shape);
      const told = { density: Number(options.density), epsilon: Number(options.epsilon) };
      for (const [name, expected] of Object.entries(chances)) {
        const { shape: sides } = visionTensor(pool.pretrained, name);
        for (const [expert, sum] of expected.entries()) {
          const delta = await taskVector(pool, name, expert);
          expect([
            name,
            await sha256(Float32Array.from(keepingChances(delta, sides, told))),
          ]).toEqual([name, sum]);
        }
      }
    },
  );

  it.each(drawn.map((row) => [row.shape, row] as const))(
    'rescales by a factor as near to that of mergekit as the documentation says: %s',
    async (shape, row) => {
      const pool = poolOf(shape);
      const mask = fixtureMask(row.mask);
      if (!mask) throw new Error('the row has no mask');
      const { density, epsilon } = row.options;
      const options = {
        density: Number(density),
        epsilon: Number(epsilon),
        seed: 0,
        rescale: true,
      };
      const source = maskSource(mask, row, pool);
      for (const [name, expected] of Object.entries(row.factors ?? {})) {
        const { shape: sides } = visionTensor(pool.pretrained, name);
        for (const [expert, factor] of expected.entries()) {
          const factorOf = vi.fn(ratioOfSums);
          const thinOut = dropByMagnitude(options, { ...source, factorOf });
          thinOut(await taskVector(pool, name, expert), { name, shape: sides, expert });
          const own = Number(factorOf.mock.results[0]?.value);
          expect(Math.abs(own / factor - 1)).toBeLessThan(documentedBound('DellaLinear'));
        }
      }
    },
  );
});
