/** Checkpoints made for a spec: a model cut into shards, and files of zeros under given names. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  encodeSafetensors,
  type WritableTensor,
} from '../../src/checkpoint/safetensors/encode-safetensors';
import { openSafetensors } from '../../src/checkpoint/safetensors/open-safetensors';

async function writeSafetensors(path: string, tensors: readonly WritableTensor[]): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeSafetensors(tensors).chunks()) chunks.push(chunk);
  writeFileSync(path, Buffer.concat(chunks));
}

/**
 * Cuts a safetensors file into `model-0000N-of-0000M.safetensors` with their index, tensor by tensor in turn.
 * @returns paths of the shards in order, the index last
 */
export async function writeShards(
  source: string,
  folder: string,
  count: number,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const blob = new Blob([readFileSync(source)]);
  const { tensors } = await openSafetensors({ name: basename(source), blob });
  const all = [...tensors.values()];
  const weightMap: Record<string, string> = {};
  const paths: string[] = [];
  for (let shard = 0; shard < count; shard++) {
    const own = all.filter((_, i) => i % count === shard);
    const digits = (number: number) => String(number).padStart(5, '0');
    const file = `model-${digits(shard + 1)}-of-${digits(count)}.safetensors`;
    for (const { name } of own) weightMap[name] = file;
    paths.push(join(folder, file));
    await writeSafetensors(join(folder, file), own);
  }
  const index = join(folder, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ metadata: {}, weight_map: weightMap }));
  return [...paths, index];
}

/** Writes a safetensors file of F32 zeros. */
export async function writeZeros(
  path: string,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const tensors = Object.entries(shapes).map(([name, shape]): WritableTensor => {
    const byteLength = 4 * shape.reduce((product, side) => product * side, 1);
    return { name, dtype: 'F32', shape, byteLength, read: async () => new Uint8Array(byteLength) };
  });
  await writeSafetensors(path, tensors);
}
