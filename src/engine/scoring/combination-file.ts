/**
 * A combination as a file: `S` or the merged weights as a safetensors file of float32, with a checksum of every tensor, for
 * nobody but this program to read. `theta_0` stays where it is, in the base's own file.
 */
import { CHECKSUM_BYTES, createChecksum } from '../../checkpoint/checksum';
import { elementCount } from '../../checkpoint/data-length';
import { readFloat32Into } from '../../checkpoint/dtype';
import {
  encodeSafetensors,
  type WritableTensor,
} from '../../checkpoint/safetensors/encode-safetensors';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { TensorSource } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { FormatError } from '../../errors';
import type { Combination } from '../../method/types';
import { mergedNames } from '../../modelpool/judge';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import type { MergeInputs } from './readiness';

/** Tensors that are read at once: one is filled while others are waited for. */
const TENSORS_AT_ONCE = 4;

/** Of the checksums, in the file's order of tensors; no canonical name has a blank. */
const CHECKSUMS = 'xxh64 of each tensor';

/** What of a combination is not the base's own. */
export function combinedOf(combination: Combination): ReadonlyMap<string, TensorBuffer> {
  return combination.kind === 'weights' ? combination.weights : combination.taskVector;
}

/**
 * @param lengths - elements of each tensor, by canonical name
 * @param read - is asked for one tensor after the other
 */
export async function encodeCombination(
  lengths: ReadonlyMap<string, number>,
  read: (name: string) => Promise<Float32Array<ArrayBuffer>>,
) {
  const checksum = await createChecksum();
  const sums: Uint8Array[] = [];
  const tensors = Array.from(
    lengths,
    ([name, length]): WritableTensor => ({
      name,
      dtype: 'F32',
      shape: [length],
      byteLength: length * 4,
      async read() {
        const { buffer, byteOffset, byteLength } = await read(name);
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        sums.push(checksum(bytes));
        return bytes;
      },
    }),
  );
  const byteLength = tensors.length * CHECKSUM_BYTES;
  // Bytes come behind floats, so that these are of all that was written before.
  return encodeSafetensors([
    ...tensors,
    {
      name: CHECKSUMS,
      dtype: 'U8',
      shape: [byteLength],
      byteLength,
      read: async () => Uint8Array.from(sums.flatMap((sum) => [...sum])),
    },
  ]);
}

export interface LoadOptions {
  readonly signal: AbortSignal;
  /** Tensors done, tensors in all. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What was kept of a combination, on the backend; null where nothing was. */
export type LoadCombination = (
  inputs: MergeInputs,
  backend: TensorBackend,
  options: LoadOptions,
) => Promise<Combination | null>;

/**
 * Brings a combination from its file, and `theta_0` from the base's, onto a backend. Rejects where anything of it is not as it
 * was written; then the backend holds nothing of it.
 */
export async function loadCombination(
  blob: Blob,
  kind: Combination['kind'],
  pretrained: ClipModel,
  backend: TensorBackend,
  { signal, onProgress }: LoadOptions,
): Promise<Combination> {
  const names = mergedNames(pretrained);
  const { tensors } = await openSafetensors({ name: 'combination', blob });
  const sums = await known(tensors, CHECKSUMS).read();
  const written = [...tensors.keys()].filter((name) => name !== CHECKSUMS);
  const sumOf = (name: string) => {
    const begin = written.indexOf(name) * CHECKSUM_BYTES;
    return sums.subarray(begin, begin + CHECKSUM_BYTES);
  };
  const checksum = await createChecksum();
  const base = new Map<string, TensorBuffer>();
  const combined = new Map<string, TensorBuffer>();
  const free = () => {
    for (const buffers of [base, combined]) {
      for (const buffer of buffers.values()) backend.free(buffer);
      buffers.clear();
    }
  };
  let done = 0;

  const load = async (name: string): Promise<void> => {
    const theta = known(pretrained.visionTensors, name);
    const source = known(tensors, name);
    const length = elementCount(theta.shape);
    if (source.dtype !== 'F32' || source.byteLength !== length * 4) throw damaged(name);
    const [own, other] = [backend.allocate(length), backend.allocate(length)];
    base.set(name, own);
    combined.set(name, other);
    // Both are waited for, so that nothing is written any more where one of them failed.
    const outcomes = await Promise.allSettled([
      backend.fill(own, (memory) => readFloat32Into(theta, 0, memory)),
      backend.fill(other, async (memory) => {
        await readFloat32Into(source, 0, memory);
        const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
        const found = checksum(bytes);
        if (sumOf(name).some((byte, i) => byte !== found[i])) throw damaged(name);
      }),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    onProgress(++done, names.length);
  };

  const rest = names.values();
  let failure: { readonly reason: unknown } | null = null;
  const work = async (): Promise<void> => {
    for (const name of rest) {
      if (failure) return;
      try {
        signal.throwIfAborted();
        await load(name);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: TENSORS_AT_ONCE }, work));
  const failed = failure as { readonly reason: unknown } | null;
  if (failed) {
    free();
    throw failed.reason;
  }
  const resident = { backend, base, free };
  return kind === 'weights'
    ? { ...resident, kind, weights: combined }
    : { ...resident, kind, taskVector: combined };
}

function known(tensors: ReadonlyMap<string, TensorSource>, name: string): TensorSource {
  const tensor = tensors.get(name);
  if (!tensor) throw damaged(name);
  return tensor;
}

function damaged(tensor: string): FormatError {
  return new FormatError('combination', `${tensor} is not as it was written.`);
}
