import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../../clip/testing';
import { openFixturePool } from '../testing/fixture-pools';
import { vectorPool } from '../testing/pool';
import { layerRelations } from './layer-relations';

interface Numbers {
  readonly layers: Readonly<
    Record<
      string,
      {
        readonly elements: number;
        readonly pretrainedNorm: number;
        readonly norms: number[];
        readonly products: number[][];
        readonly conflicts: number;
        readonly conflictsByChance: number;
      }
    >
  >;
}

/** Holds all numbers to NumPy's, products by the lengths of both. */
const BOUND = 1e-12;

describe('relations by layer', () => {
  it.each(['p8-32', 'p16-48', 'p8-24'])('are NumPy’s within 1e-12: %s', async (shape) => {
    const { layers } = fixtureJson<Numbers>(`relations/${shape}/numbers.json`);
    // Weights play no part.
    const pool = await openFixturePool(shape, [0.5, -1, 3]);
    for (const pieceLength of [undefined, 1000]) {
      const found = await layerRelations(pool, pieceLength ? { pieceLength } : {});
      expect(found.map(({ layer }) => layer).sort()).toEqual(Object.keys(layers).sort());
      for (const { layer, products, pretrainedNorm, ...counts } of found) {
        const wanted = layers[layer];
        if (!wanted) throw new Error(`there is no ${layer}`);
        expect(counts).toEqual({
          elements: wanted.elements,
          conflicts: wanted.conflicts,
          conflictsByChance: wanted.conflictsByChance,
        });
        expect(Math.abs(pretrainedNorm / wanted.pretrainedNorm - 1)).toBeLessThan(BOUND);
        for (const [i, row] of wanted.products.entries()) {
          for (const [j, product] of row.entries()) {
            const size = (wanted.norms[i] ?? 0) * (wanted.norms[j] ?? 0);
            const error = Math.abs((products[i]?.[j] ?? Number.NaN) - product);
            expect(error / size).toBeLessThan(BOUND);
          }
        }
      }
    }
  });

  it('count a conflict where nonzero signs disagree, and what chance would make of them', async () => {
    const pool = vectorPool({ a: [0, 0, 0, 0, 0] }, [
      { a: [1, 1, 0, -1, 0] },
      { a: [1, -1, 1, -2, 0] },
      { a: [2, 3, -1, -3, 0] },
    ]);
    const [found] = await layerRelations(pool);
    expect(found).toMatchObject({ layer: 'embeddings', elements: 5, conflicts: 2 });
    expect(found?.conflictsByChance).toBe(3 * 0.75 + 0.5);
  });

  it('tell their progress, and stop where they are told to', async () => {
    const pool = vectorPool({ a: [0], b: [0], c: [0] }, [{ a: [1], b: [1], c: [1] }]);
    const seen: number[] = [];
    const controller = new AbortController();
    const work = layerRelations(pool, {
      signal: controller.signal,
      onProgress: (done, total) => {
        seen.push(done / total);
        if (done === 2) controller.abort();
      },
    });
    await expect(work).rejects.toThrow('aborted');
    expect(seen).toEqual([1 / 3, 2 / 3]);
  });

  it('wait for their turn before every piece', async () => {
    const pool = vectorPool({ a: [0, 0, 0, 0, 0, 0, 0, 0] }, [{ a: [1, 1, 1, 1, 1, 1, 1, 1] }]);
    let turns = 0;
    const never = new AbortController().signal;
    await layerRelations(pool, {
      pieceLength: 4,
      turn: async () => {
        turns++;
        return never;
      },
    });
    expect(turns).toBe(2);
  });
});
