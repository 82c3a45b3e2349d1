import { beforeAll, describe, expect, it } from 'vitest';
import { fixtureJson } from '../../clip/testing';
import type { ModelPool } from '../../modelpool/types';
import { mergedFromCheckpoints } from '../merged-values';
import { documentedBound } from '../testing/documented-bound';
import { openFixturePools } from '../testing/fixture-pools';
import { askedOf, distanceFrom, type MatrixRow } from '../testing/matrix-parity';

const { rows } = fixtureJson<{ rows: MatrixRow[] }>('methods/matrices.json');
let poolOf: (shape: string) => ModelPool;

beforeAll(async () => {
  poolOf = await openFixturePools(rows.map((row) => row.shape));
});

describe('methods on matrices', () => {
  it.each(rows.map((row) => [row.method, row.shape, JSON.stringify(row.options), row] as const))(
    'are as near to FusionBench as the documentation says: %s on %s with %s',
    async (method, shape, _options, row) => {
      const { pool, choice, scalingFactor } = askedOf(row, poolOf(shape));
      const merged = mergedFromCheckpoints(pool, choice, scalingFactor);
      const { largest, differing } = await distanceFrom(row, merged);
      expect(differing).toEqual([]);
      if (row.arbitrary) expect(largest).toBeLessThan(Infinity);
      else expect(largest).toBeLessThan(documentedBound(method));
    },
  );
});
