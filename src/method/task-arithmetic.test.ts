import { describe, expect, it } from 'vitest';
import { readFloat32 } from '../checkpoint/dtype';
import type { NamedBlob } from '../checkpoint/types';
import { openClip } from '../clip/open';
import { fixtureFiles, fixtureJson } from '../clip/testing';
import { openModelPool } from '../modelpool/judge';
import { createCpuBackend } from '../runtime/cpu/backend';
import { combine } from './combine';
import { mergedFromCheckpoints, mergedFromCombination } from './merged-values';
import { taskArithmetic } from './task-arithmetic';
import { createCountingBackend } from './testing/counting-backend';
import { mergedHashes } from './testing/merge-parity';
import type { PoolFiles } from './testing/pool';
import { sha256 } from './testing/sha256';

const SHAPES = ['p8-32', 'p16-48', 'p8-24'];

interface Expected {
  readonly experts: readonly string[];
  readonly base: Readonly<Record<string, unknown>>;
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface MergekitMerge {
  readonly weights: readonly number[];
  readonly lambda: number;
  readonly tensors: Readonly<Record<string, string>>;
}

async function poolFiles(shape: string): Promise<{ expected: Expected; files: PoolFiles }> {
  const expected = fixtureJson<Expected>(`merge/${shape}/expected.json`);
  const experts = expected.experts.map(async (name) => ({
    name,
    files: await fixtureFiles(`merge/${shape}/experts/${name}`),
  }));
  const base: NamedBlob[] = await fixtureFiles(`merge/${shape}/base`);
  return { expected, files: { base, experts: await Promise.all(experts) } };
}

async function openPool(shape: string, weights: readonly number[] = []) {
  const { files } = await poolFiles(shape);
  const pretrained = await openClip('_pretrained_', files.base);
  const models = await Promise.all(
    files.experts.map((expert) => openClip(expert.name, expert.files, pretrained)),
  );
  return openModelPool(
    pretrained,
    models.map((model, i) => ({ model, weight: weights[i] ?? 1 })),
  );
}

describe('task arithmetic', () => {
  it.each(SHAPES)('gives the bytes of FusionBench for every tensor of %s', async (shape) => {
    const { expected, files } = await poolFiles(shape);
    const factors = Object.keys(expected.scaling_factors);
    expect(factors).toHaveLength(7);
    const actual = await mergedHashes(createCpuBackend(), files, factors);
    expect(actual).toEqual(expected.scaling_factors);
  });

  it.each(SHAPES)(
    'computes the same from the checkpoints as from what is resident: %s',
    async (shape) => {
      const pool = await openPool(shape, [0.9, 1, -0.4]);
      const combination = await combine(
        pool,
        { method: taskArithmetic },
        { backend: createCpuBackend() },
      );
      const resident = mergedFromCombination(combination, 0.37);
      const streamed = mergedFromCheckpoints(pool, { method: taskArithmetic }, 0.37);
      for (const name of pool.mergedNames) {
        expect(await streamed(name)).toEqual(await resident(name));
      }
    },
  );

  const { merges } = fixtureJson<{ merges: readonly MergekitMerge[] }>('merge/p8-32/mergekit.json');
  it.each(merges)(
    'gives the bytes of mergekit at weights $weights and lambda $lambda',
    async (merge) => {
      const merged = mergedFromCheckpoints(
        await openPool('p8-32', merge.weights),
        { method: taskArithmetic },
        merge.lambda,
      );
      const hashes: Record<string, string> = {};
      for (const name of Object.keys(merge.tensors))
        hashes[name] = await sha256(await merged(name));
      expect(hashes).toEqual(merge.tensors);
      expect(Object.keys(hashes)).toHaveLength(39);
    },
  );

  it('gives the base itself when there is no expert', async () => {
    const pool = await openPool('p8-24');
    const alone = { ...pool, experts: [] };
    const combination = await combine(
      alone,
      { method: taskArithmetic },
      { backend: createCpuBackend() },
    );
    const merged = mergedFromCombination(combination, 1);
    const name = 'embeddings.class_embedding';
    const base = pool.pretrained.visionTensors.get(name);
    expect(base && (await readFloat32(base))).toEqual(await merged(name));
  });

  it('stops between two tensors and frees what it had', async () => {
    const pool = await openPool('p8-24');
    const { backend, held } = createCountingBackend();
    const controller = new AbortController();
    const combining = combine(
      pool,
      { method: taskArithmetic },
      {
        backend,
        signal: controller.signal,
        onProgress: (done) => done === 3 && controller.abort(),
      },
    );
    await expect(combining).rejects.toThrow('aborted');
    expect(held()).toEqual({ elements: 0, counters: 0 });
  });
});
