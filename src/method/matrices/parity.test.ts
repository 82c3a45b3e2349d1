import { beforeAll, describe, expect, it } from 'vitest';
import { fixtureFiles, fixtureJson } from '../../clip/testing';
import type { ModelPool } from '../../modelpool/types';
import { mergedFromCheckpoints } from '../merged-values';
import { documentedBound } from '../testing/documented-bound';
import { askedOf, distanceFrom, type MatrixRow } from '../testing/matrix-parity';
import { openPoolFiles, readPool } from '../testing/pool';

const { rows } = fixtureJson<{ rows: MatrixRow[] }>('methods/matrices.json');
const pools = new Map<string, ModelPool>();

beforeAll(async () => {
  for (const shape of new Set(rows.map((row) => row.shape))) {
    const { experts } = fixtureJson<{ experts: string[] }>(`merge/${shape}/expected.json`);
    pools.set(shape, await openPoolFiles(await readPool(shape, experts, fixtureFiles)));
  }
});

describe('methods on matrices', () => {
  it.each(rows.map((row) => [row.method, row.shape, JSON.stringify(row.options), row] as const))(
    'are as near to FusionBench as the documentation says: %s on %s with %s',
    async (method, shape, _options, row) => {
      const opened = pools.get(shape);
      if (!opened) throw new Error(`no pool of shape ${shape}`);
      const { pool, choice, scalingFactor } = askedOf(row, opened);
      const merged = mergedFromCheckpoints(pool, choice, scalingFactor);
      const { largest, differing } = await distanceFrom(row, merged);
      expect(differing).toEqual([]);
      if (row.arbitrary) expect(largest).toBeLessThan(Infinity);
      else expect(largest).toBeLessThan(documentedBound(method));
    },
  );
});
