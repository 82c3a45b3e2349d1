import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelPool } from '../../modelpool/types';
import { openFixturePool } from '../testing/fixture-pools';
import { vectorPool } from '../testing/pool';
import { cosinesOf, totalProducts } from './cosine-similarity';
import { layerRelations } from './layer-relations';
import type { PieceOptions } from './task-vector-pieces';

async function cosines(pool: ModelPool, options: PieceOptions = {}): Promise<number[][]> {
  return cosinesOf(totalProducts(await layerRelations(pool, options)));
}

/** FusionBench's table, without the names. */
function expected(shape: string): number[][] {
  const path = `../../../reference/fixtures/relations/${shape}/task_vector_cos_similarity.csv`;
  const [, ...lines] = readFileSync(new URL(path, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => line.split(',').slice(1).map(Number));
}

describe('cosines between task vectors', () => {
  it.each(['p8-32', 'p16-48', 'p8-24'])('are FusionBench’s within 1e-12: %s', async (shape) => {
    const pool = await openFixturePool(shape, [0.5, -1, 3, 0, 2]);
    const theirs = expected(shape);
    for (const pieceLength of [undefined, 1000, 7]) {
      const ours = await cosines(pool, pieceLength ? { pieceLength } : {});
      expect(ours).toHaveLength(theirs.length);
      for (const [i, row] of theirs.entries()) {
        for (const [j, cosine] of row.entries()) {
          expect(Math.abs((ours[i]?.[j] ?? Number.NaN) - cosine)).toBeLessThan(1e-12);
        }
      }
    }
  });

  it('are 0 for a task vector of zeros, itself included, as in torch', async () => {
    const pool = vectorPool({ a: [1, 2] }, [{ a: [1, 2] }, { a: [4, 6] }, { a: [-2, -2] }]);
    expect(await cosines(pool)).toEqual([
      [0, 0, 0],
      [0, 1, -1],
      [0, -1, 1],
    ]);
  });
});
