/**
 * A combination as a file: `S` or the merged weights as a safetensors file of float32, with a checksum of every tensor, for
 * nobody but this program to read. `theta_0` stays where it is, in the base's own file.
 */
import { CHECKSUM_BYTES, createChecksum } from '../../checkpoint/checksum';
import { elementCount } from '../../checkpoint/data-length';
import { readFloat32Into } from '../../checkpoint/dtype';
import { readRun, runsOf } from '../../checkpoint/read-together';
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

/** One is worked on while others are waited for. */
const READS_AT_ONCE = 4;

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
  const wanted = names.flatMap((name): Wanted[] => {
    const theta = known(pretrained.visionTensors, name);
    const source = known(tensors, name);
    if (source.dtype !== 'F32' || source.byteLength !== elementCount(theta.shape) * 4) {
      throw damaged(name);
    }
    const whole = ({ buffer, byteOffset, byteLength }: Float32Array<ArrayBuffer>) => {
      const found = checksum(new Uint8Array(buffer, byteOffset, byteLength));
      if (sumOf(name).some((byte, i) => byte !== found[i])) throw damaged(name);
    };
    return [
      { name, source: theta, buffers: base, check: () => undefined },
      { name, source, buffers: combined, check: whole },
    ];
  });
  const runs =
    backend.kind === 'cpu' ? runsOf(wanted, ({ source }) => source) : wanted.map((one) => [one]);
  const rest = runs.values();
  /** One of `theta_0` and its counterpart is there. */
  const half = new Set<string>();
  let done = 0;
  let failure: { readonly reason: unknown } | null = null;
  const work = async (): Promise<void> => {
    for (const run of rest) {
      if (failure) return;
      try {
        signal.throwIfAborted();
        await bring(backend, run);
        for (const { name } of run) {
          if (half.has(name)) onProgress(++done, names.length);
          else half.add(name);
        }
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  // All are waited for, so that nothing is written any more where one of them failed.
  await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
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

/** A tensor to be brought onto a backend. */
interface Wanted {
  readonly name: string;
  readonly source: TensorSource;
  /** Where it is put. */
  readonly buffers: Map<string, TensorBuffer>;
  /** Throws where it is not as it should be. */
  check(values: Float32Array): void;
}

/**
 * Puts whole tensors on the backend. On the CPU the memory that they are read into becomes the buffers' own: a copy of it, and fresh
 * memory for the copy, would take as long as reading.
 */
async function bring(backend: TensorBackend, run: readonly Wanted[]): Promise<void> {
  if (backend.kind === 'cpu') {
    const read = await readRun(run.map(({ source }) => source));
    for (const [i, { name, buffers, check }] of run.entries()) {
      const values = read[i];
      if (!values) throw new RangeError(`${name} was not read`);
      check(values);
      buffers.set(name, backend.upload(values));
    }
    return;
  }
  for (const { name, source, buffers, check } of run) {
    const buffer = backend.allocate(elementCount(source.shape));
    buffers.set(name, buffer);
    await backend.fill(buffer, async (memory) => {
      await readFloat32Into(source, 0, memory);
      check(memory);
    });
  }
}

function known(tensors: ReadonlyMap<string, TensorSource>, name: string): TensorSource {
  const tensor = tensors.get(name);
  if (!tensor) throw damaged(name);
  return tensor;
}

function damaged(tensor: string): FormatError {
  return new FormatError('combination', `${tensor} is not as it was written.`);
}
