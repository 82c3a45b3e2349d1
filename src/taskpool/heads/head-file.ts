/**
 * A head as bytes: a safetensors file of its two tensors, float32 as they were computed, whose metadata hold the digest of
 * its key and the SHA-256 of its numbers. What a disk or a browser gives back is looked at before it is believed.
 */
import { readFloat32 } from '../../checkpoint/dtype';
import { hashBlob } from '../../checkpoint/hash-blob';
import { encodeSafetensors } from '../../checkpoint/safetensors/encode-safetensors';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { Checkpoint } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import type { ZeroShotHead } from '../head';

/** `[classes, dimension]`. */
const WEIGHTS = 'weights';
/** `[]`: what cosines are multiplied with, the exponential taken. */
const SCALE = 'exp_logit_scale';

/** @param digest - of the head's key */
export async function encodeHead(
  digest: string,
  { weights, classes, dimension, logitScale }: ZeroShotHead,
): Promise<Uint8Array<ArrayBuffer>> {
  const scale = Float32Array.of(logitScale);
  const file = encodeSafetensors(
    [tensor(WEIGHTS, [classes, dimension], weights), tensor(SCALE, [], scale)],
    new Map([
      ['head', digest],
      ['sha256', await checksum(weights, scale)],
    ]),
  );
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of file.chunks()) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** The head to the last bit; null where the bytes are not the whole head of this key. */
export async function decodeHead(
  digest: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ZeroShotHead | null> {
  try {
    const file = await openSafetensors({ name: `head ${digest}`, blob: new Blob([bytes]) });
    const weights = await floats(file, WEIGHTS, 2);
    const scale = await floats(file, SCALE, 0);
    if (!weights || !scale || file.metadata.get('head') !== digest) return null;
    if (file.metadata.get('sha256') !== (await checksum(weights.data, scale.data))) return null;
    if (!weights.data.every(Number.isFinite) || !scale.data.every(Number.isFinite)) return null;
    const [classes = 0, dimension = 0] = weights.shape;
    return { weights: weights.data, classes, dimension, logitScale: scale.data[0] ?? 0 };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function tensor(name: string, shape: readonly number[], data: Float32Array) {
  const read = async () => new Uint8Array(new Float32Array(data).buffer);
  return { name, shape, dtype: 'F32' as const, byteLength: data.byteLength, read };
}

async function floats({ tensors }: Checkpoint, name: string, rank: number) {
  const source = tensors.get(name);
  if (source?.dtype !== 'F32' || source.shape.length !== rank) return null;
  return { shape: source.shape, data: await readFloat32(source) };
}

function checksum(weights: Float32Array, scale: Float32Array): Promise<string> {
  return hashBlob(new Blob([new Float32Array(weights), new Float32Array(scale)]));
}
