/**
 * What a checkpoint is to the rest of the program: named tensors that can be read one at a time, and the file's
 * metadata. Nothing here holds weights; every format (safetensors, shards, torch pickles) becomes this.
 */

import type { ByteSource } from './byte-source';

/** Element types, in safetensors' own words. */
export const DTYPES = [
  'BOOL',
  'F4',
  'F6_E2M3',
  'F6_E3M2',
  'U8',
  'I8',
  'F8_E5M2',
  'F8_E4M3',
  'F8_E8M0',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
  'I16',
  'U16',
  'F16',
  'BF16',
  'I32',
  'U32',
  'F32',
  'C64',
  'F64',
  'I64',
  'U64',
] as const;
export type Dtype = (typeof DTYPES)[number];

/** A tensor that has not been read yet. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: Dtype;
  /** Rank 0 is `[]`. */
  readonly shape: readonly number[];
  /** Exact number of bytes that `read` returns: C order, little-endian. */
  readonly byteLength: number;
  /** Reads the tensor's bytes: C order, little-endian, a fresh buffer that the caller owns. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads bytes `begin` to `end` (exclusive) of what `read` returns, where the format can read a part alone. */
  readRange?(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills memory of the caller with the bytes from `begin` on, where the format can read a part alone. */
  readInto?(begin: number, into: Uint8Array): Promise<void>;
}

/** A file (or a set of shards) as named tensors. */
export interface Checkpoint {
  /** Name for messages: the file, or the index of its shards. */
  readonly file: string;
  readonly format: 'safetensors' | 'pytorch';
  /** In the file's own order. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Of a file that may hold several state dicts: the key of the one that was taken, and those of others of the same names. */
  readonly found?: { readonly key: string; readonly others: readonly string[] };
  /** The part that was asked for (`NamedBlob.part`), where it is not what is taken unasked. */
  readonly part?: string;
}

/** A file as the page (a Blob, which it can also store) or the command line (any source of bytes) hands it down. */
export interface NamedBlob<B extends ByteSource = ByteSource> {
  /** Path inside the dropped folder, `/`-separated, or the bare file name. */
  readonly name: string;
  readonly blob: B;
  /** Of what the file holds, the part that is meant: a key of a saved dict, or what the names of its tensors begin with. */
  readonly part?: string;
}
