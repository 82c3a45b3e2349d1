/** Merges a pool by task arithmetic and gives the SHA-256 of every merged tensor: what FusionBench's bytes are compared with. */
import type { TensorBackend } from '../../runtime/types';
import { combine } from '../combine';
import { mergedFromCombination } from '../merged-values';
import { taskArithmetic } from '../task-arithmetic';
import { openPoolFiles, type PoolFiles } from './pool';
import { sha256 } from './sha256';

/** By scaling factor (as written in the fixture), then by canonical tensor name. */
export type MergedHashes = Record<string, Record<string, string>>;

export async function mergedHashes(
  backend: TensorBackend,
  files: PoolFiles,
  scalingFactors: readonly string[],
): Promise<MergedHashes> {
  const pool = await openPoolFiles(files);
  const combination = await combine(pool, { method: taskArithmetic }, { backend });
  const hashes: MergedHashes = {};
  for (const factor of scalingFactors) {
    const merged = mergedFromCombination(combination, Number(factor));
    const byName: Record<string, string> = {};
    for (const name of pool.mergedNames) byName[name] = await sha256(await merged(name));
    hashes[factor] = byName;
  }
  combination.free();
  return hashes;
}
