import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../../clip/testing';
import type { ModelPool } from '../../modelpool/types';
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { TensorBackend } from '../../runtime/types';
import { combine } from '../combine';
import { type MergedValues, mergedFromCheckpoints, mergedFromCombination } from '../merged-values';
import { streamedMerged } from '../streamed-weights';
import { taskArithmetic } from '../task-arithmetic';
import { openFixturePool } from '../testing/fixture-pools';
import { sha256 } from '../testing/sha256';
import type { TaskVectorCombination } from '../types';
import { allocateWeights, mergedWeights } from '../weights';
import { factorsOf, type LayerFactors } from './factors';
import { type LayerFilter, plannedFactors } from './plan';

interface LayersFixture {
  readonly scaling_factor: number;
  readonly factors: LayerFactors;
  readonly tensors: Readonly<Record<string, string>>;
  readonly mergekit?: readonly {
    readonly lambda: readonly Partial<LayerFilter>[];
    readonly tensors: Readonly<Record<string, string>>;
  }[];
}

async function hashesOf(pool: ModelPool, values: MergedValues): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of pool.mergedNames) hashes[name] = await sha256(await values(name));
  return hashes;
}

async function resident(pool: ModelPool, backend: TensorBackend): Promise<TaskVectorCombination> {
  const combination = await combine(pool, { method: taskArithmetic }, { backend });
  if (combination.kind !== 'task vector') throw new Error('task arithmetic has a task vector');
  return combination;
}

describe.each(['p8-32', 'p8-24'])('a factor for every tensor of %s', (shape) => {
  const fixture = fixtureJson<LayersFixture>(`merge/${shape}/layers.json`);
  const { scaling_factor: lambda, tensors } = fixture;

  it('gives the bytes of PyTorch, whatever they are computed from', async () => {
    const pool = await openFixturePool(shape);
    const layers = factorsOf(fixture.factors, pool.mergedNames);
    const choice = { method: taskArithmetic };
    const streamed = mergedFromCheckpoints(pool, choice, lambda, undefined, layers);
    expect(await hashesOf(pool, streamed)).toEqual(tensors);
    const backend = createCpuBackend();
    const combination = await resident(pool, backend);
    const values = mergedFromCombination(combination, lambda, layers);
    expect(await hashesOf(pool, values)).toEqual(tensors);
    const working = allocateWeights(backend, combination.base);
    const applied = mergedWeights(combination, lambda, () => working, layers);
    const found: Record<string, string> = {};
    await streamedMerged(combination, lambda, layers).each([pool.mergedNames], async (made) => {
      for (const name of pool.mergedNames) {
        for (const map of [made, applied]) {
          const buffer = map.get(name);
          if (buffer) found[name] = await sha256(await backend.read(buffer));
          expect(found[name]).toBe(tensors[name]);
        }
      }
    });
    expect(Object.keys(found)).toHaveLength(pool.mergedNames.length);
  });

  it.runIf(fixture.mergekit)('gives mergekit’s bytes where it says them by filters', async () => {
    const pool = await openFixturePool(shape);
    for (const { lambda: filters, tensors: expected } of fixture.mergekit ?? []) {
      const list = filters.map(({ filter = null, value = 1 }) => ({ filter, value }));
      const plan = { kind: 'filters', lists: [list], unit: 1 } as const;
      const layers = plannedFactors(plan, pool.mergedNames, pool.experts.length);
      const choice = { method: taskArithmetic };
      const values = mergedFromCheckpoints(pool, choice, 1, undefined, layers);
      expect(await hashesOf(pool, values)).toEqual(expected);
    }
  });
});
