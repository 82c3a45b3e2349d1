/** Checkpoints as named tensors that are read one at a time. */
import { readFloat32 } from '../checkpoint/dtype';
import { openCheckpoint as open } from '../checkpoint/open';
import { gatherFiles } from '../program/gather-files-node';

export interface OpenedTensor {
  readonly name: string;
  /** In safetensors' words, whatever the format: `F32`, `BF16`, `I64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** The bytes: C order, little-endian, an array of the caller's own. */
  read(): Promise<Uint8Array>;
  /** The values, halves and doubles converted; throws where they are no floating-point numbers. */
  readFloat32(): Promise<Float32Array>;
}

export interface OpenedCheckpoint {
  /** The file, or the index of its shards. */
  readonly file: string;
  readonly format: 'safetensors' | 'pytorch';
  /** In the file's own order. */
  readonly tensors: ReadonlyMap<string, OpenedTensor>;
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Opens weights: safetensors, shards by their index, PyTorch state dicts and TorchScript archives, of which nothing is run. Headers
 * are read, and tensors when they are asked for.
 *
 * @param path a file, or the folder of a model; `#KEY` behind it means that part of a file that holds several
 * @throws FormatError where the file cannot be read: which, where, and why. Errors of the file system pass through
 */
export async function openCheckpoint(path: string): Promise<OpenedCheckpoint> {
  const { weights } = await gatherFiles(path);
  const { file, format, tensors, metadata } = await open(weights);
  const opened = [...tensors].map(([name, tensor]): [string, OpenedTensor] => {
    const { dtype, shape, byteLength } = tensor;
    const read = () => tensor.read();
    return [name, { name, dtype, shape, byteLength, read, readFloat32: () => readFloat32(tensor) }];
  });
  return { file, format, tensors: new Map(opened), metadata };
}
