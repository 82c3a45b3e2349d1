/** Merges a pool on a backend and gives the SHA-256 of every merged tensor: what FusionBench's bytes are compared with. */
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { openModelPool } from '../../modelpool/judge';
import type { TensorBackend } from '../../runtime/types';
import { combine } from '../combine';
import { mergedFromCombination } from '../merged-values';
import { taskArithmetic } from '../task-arithmetic';

export interface PoolFiles {
  readonly base: readonly NamedBlob[];
  /** In pool order. */
  readonly experts: readonly { readonly name: string; readonly files: readonly NamedBlob[] }[];
}

/** By scaling factor (as written in the fixture), then by canonical tensor name. */
export type MergedHashes = Record<string, Record<string, string>>;

export async function mergedHashes(
  backend: TensorBackend,
  { base, experts }: PoolFiles,
  scalingFactors: readonly string[],
): Promise<MergedHashes> {
  const pretrained = await openClip('_pretrained_', base);
  const models = await Promise.all(
    experts.map(({ name, files }) => openClip(name, files, pretrained)),
  );
  const pool = openModelPool(
    pretrained,
    models.map((model) => ({ model, weight: 1 })),
  );
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

async function sha256(values: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
