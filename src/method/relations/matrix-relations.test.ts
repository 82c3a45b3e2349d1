import { describe, expect, it } from 'vitest';
import { fixtureFiles, fixtureJson } from '../../clip/testing';
import type { ModelPool } from '../../modelpool/types';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { createMatrixJobsHere, type MatrixJobs } from '../matrices/jobs';
import { createMatrixThreads } from '../matrices/threads';
import { findSubspaces, readSubspaces } from '../spectral/subspaces';
import type { Shape } from '../spectral/wide';
import { fakeThreads } from '../testing/matrix-threads';
import { openPoolFiles, readPool, vectorPool } from '../testing/pool';
import { matrixRelations, shownPlaces } from './matrix-relations';

interface Numbers extends Shape {
  /** Of every expert and of the sum. */
  readonly values: number[][];
  readonly ranks: number[];
  readonly directions: number[];
  readonly compared: number[];
  readonly overlaps: (number | null)[][];
}

/** Of singular values relative to the largest of the matrix, and of overlaps as they are. */
const BOUND = 1e-6;

const pools = new Map<string, Promise<ModelPool>>();
async function openShape(shape: string, experts: readonly string[]): Promise<ModelPool> {
  const known = pools.get(shape) ?? readPool(shape, experts, fixtureFiles).then(openPoolFiles);
  pools.set(shape, known);
  return known;
}

function within(found: number | undefined, wanted: number, size = 1): void {
  expect(Math.abs((found ?? Number.NaN) - wanted) / size).toBeLessThan(BOUND);
}

describe('spectra and overlaps', () => {
  it.each(['p8-32', 'p16-48', 'p8-24'])('are NumPy’s: %s', async (shape) => {
    const { experts, matrices } = fixtureJson<{
      experts: string[];
      matrices: Record<string, Numbers>;
    }>(`relations/${shape}/numbers.json`);
    const pool = await openShape(shape, experts);
    const seen: number[] = [];
    const found = await matrixRelations(pool, createMatrixJobsHere(), {
      onProgress: (done, total) => void seen.push(done / total),
    });
    expect(seen.at(-1)).toBe(1);
    expect(found.map(({ tensor }) => tensor).sort()).toEqual(Object.keys(matrices).sort());
    for (const { tensor, places, experts: spectra, sum, compared, overlaps } of found) {
      const wanted = matrices[tensor] as Numbers;
      expect(compared).toEqual(wanted.compared);
      for (const [i, spectrum] of [...spectra, sum].entries()) {
        const values = wanted.values[i] ?? [];
        const [largest = 0] = values;
        const norm = Math.hypot(...values);
        expect(spectrum.rank).toBe(wanted.ranks[i]);
        expect(spectrum.directions).toBe(wanted.directions[i]);
        within(spectrum.largest, largest, largest);
        within(spectrum.norm, norm, norm);
        const nuclearNorm = values.reduce((total, value) => total + value, 0);
        within(spectrum.nuclearNorm, nuclearNorm, nuclearNorm);
        const kept = Math.max(1, Math.floor(values.length / experts.length));
        within(spectrum.held, Math.hypot(...values.slice(0, kept)) ** 2 / norm ** 2);
        expect(places).toEqual(shownPlaces(values.length));
        expect(spectrum.values).toHaveLength(places.length);
        for (const [k, place] of places.entries()) {
          within(spectrum.values[k], values[place - 1] ?? Number.NaN, largest);
        }
      }
      for (const [i, row] of wanted.overlaps.entries()) {
        for (const [j, overlap] of row.entries()) {
          within(overlaps[i]?.[j] ?? undefined, overlap ?? Number.NaN);
        }
      }
    }
  });

  it('pass over directions that are not told from rounding, and experts that have none', () => {
    const { taskVectors, ...wanted } = fixtureJson<Numbers & { taskVectors: number[][] }>(
      'relations/low-rank.json',
    );
    const tensors = taskVectors.map((values) => Float32Array.from(values));
    const simd = createSimdProducts();
    for (const products of [createReferenceProducts(), ...(simd ? [simd] : [])]) {
      const found = readSubspaces(findSubspaces(products, tensors, wanted), wanted, 4);
      expect(found.compared).toEqual(wanted.compared);
      expect(found.compared.at(-1)).toBe(0);
      for (const [i, values] of wanted.values.entries()) {
        const size = values[0] || 1;
        for (const [k, value] of values.entries()) within(found.values[i]?.[k], value, size);
      }
      for (const [i, row] of wanted.overlaps.entries()) {
        for (const [j, overlap] of row.entries()) {
          const ours = found.overlaps[i]?.[j];
          if (overlap === null) expect(ours).toBeNull();
          else within(ours ?? undefined, overlap);
        }
      }
    }
  });

  it('have the same bits in threads', async () => {
    const { experts } = fixtureJson<{ experts: string[] }>('relations/p8-32/numbers.json');
    const pool = await openShape('p8-32', experts);
    const threads = createMatrixThreads(fakeThreads(true).spawn, 2);
    const inThreads = await matrixRelations(pool, threads);
    threads.dispose();
    expect(inThreads).toEqual(await matrixRelations(pool, createMatrixJobsHere()));
  });

  const small = vectorPool(
    { a: [0, 0, 0, 0], b: [0, 0, 0, 0], c: [0] },
    [{ a: [1, 2, 3, 4], b: [1, 0, 0, 1], c: [1] }],
    [],
    { a: [2, 2], b: [2, 2] },
  );

  it('drop what is under way when something else comes first, and do it again', async () => {
    const turns: AbortController[] = [];
    const here = createMatrixJobsHere();
    const asked: string[] = [];
    const jobs: MatrixJobs = {
      atOnce: 1,
      async run(prepare, signal) {
        asked.push('matrix');
        // The first turn ends while the first matrix is worked on.
        if (asked.length === 1) turns[0]?.abort(new DOMException('later', 'AbortError'));
        signal.throwIfAborted();
        return here.run(prepare, signal);
      },
    };
    const found = await matrixRelations(small, jobs, {
      turn: async () => {
        const over = new AbortController();
        turns.push(over);
        return over.signal;
      },
    });
    expect(found.map(({ tensor }) => tensor)).toEqual(['a', 'b']);
    expect(asked).toHaveLength(3);
  });

  it('stop with the signal’s reason, and with the first failure', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stopped = matrixRelations(small, createMatrixJobsHere(), {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);

    const broken = vectorPool(
      { a: [0, 0, 0, 0] },
      [{ a: [1, Number.NaN, 3, 4] }, { a: [1, 2, 3, 4] }],
      [],
      { a: [2, 2] },
    );
    await expect(matrixRelations(broken, createMatrixJobsHere())).rejects.toThrow(
      'expert-0: a differs from the base by NaN',
    );
  });
});

it('keeps singular values at places that are told apart, the first and the last among them', () => {
  expect(shownPlaces(1)).toEqual([1]);
  expect(shownPlaces(6)).toEqual([1, 2, 3, 4, 5, 6]);
  const many = shownPlaces(768);
  expect(many.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 8, 10, 12, 16]);
  expect(many.at(-1)).toBe(768);
  expect(many.length).toBeLessThan(32);
});
