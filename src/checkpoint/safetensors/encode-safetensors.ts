import { byCodePoint } from '../../code-points';
import { dataLength } from '../data-length';
import { DTYPES, type TensorSource } from '../types';
import { MAX_HEADER_BYTES } from './header';

/** A tensor to be written: a `TensorSource`, or anything that makes its bytes when asked. */
export type WritableTensor = Pick<TensorSource, 'name' | 'dtype' | 'shape' | 'byteLength'> & {
  read(): Promise<Uint8Array<ArrayBuffer>>;
};

export interface EncodedSafetensors {
  /** Bytes of the whole file, known before any tensor is read. */
  readonly byteLength: number;
  /** The file from its first byte to its last: the header, then one chunk per tensor, read when it is its turn. */
  chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

const ALIGNMENT = 8;

/**
 * Lays tensors out as a safetensors file, byte for byte as the reference's `save_file` does (safetensors 0.8.0,
 * `tensor.rs` `prepare`): by element type from the last of `DTYPES` to the first, then by name in the order of code
 * points; compact JSON with `__metadata__` first; the header filled up with spaces to a multiple of 8 bytes.
 * Metadata keeps its own order here; the reference writes two or more keys in an order that changes from run to run.
 *
 * @param metadata left out of the file where undefined; an empty map is written as `{}`
 * @throws RangeError where a name occurs twice, is `__metadata__` or not well-formed, where `byteLength` is not what
 *   type and shape need, and, while the chunks are made, where a tensor yields another number of bytes
 */
export function encodeSafetensors(
  tensors: readonly WritableTensor[],
  metadata?: ReadonlyMap<string, string>,
): EncodedSafetensors {
  const ordered = tensors.toSorted(
    (a, b) => DTYPES.indexOf(b.dtype) - DTYPES.indexOf(a.dtype) || byCodePoint(a.name, b.name),
  );
  const entries: string[] = [];
  if (metadata) {
    const pairs = Array.from(
      metadata,
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    entries.push(`"__metadata__":{${pairs.join(',')}}`);
  }

  let offset = 0;
  const names = new Set(['__metadata__']);
  for (const { name, dtype, shape, byteLength } of ordered) {
    if (names.has(name))
      throw new RangeError(`a tensor cannot be called ${name}: the name is taken`);
    names.add(name);
    if (/\p{Surrogate}/u.test(name)) throw new RangeError(`the tensor name ${name} is not Unicode`);
    if (dataLength(dtype, shape) !== byteLength) {
      throw new RangeError(
        `${name} (${dtype}, [${shape.join(', ')}]) cannot have ${byteLength} bytes`,
      );
    }
    const info = { dtype, shape, data_offsets: [offset, offset + byteLength] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    offset += byteLength;
  }
  const header = frame(`{${entries.join(',')}}`);

  return {
    byteLength: header.length + offset,
    async *chunks() {
      yield header.slice();
      for (const tensor of ordered) {
        const bytes = await tensor.read();
        if (bytes.length !== tensor.byteLength) {
          throw new RangeError(
            `${tensor.name} was announced with ${tensor.byteLength} bytes and has ${bytes.length}`,
          );
        }
        yield bytes;
      }
    },
  };
}

/** Length, JSON text and padding. */
function frame(json: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  if (padded > MAX_HEADER_BYTES) {
    throw new RangeError(`the header has ${padded} bytes; ${MAX_HEADER_BYTES} are allowed`);
  }
  const header = new Uint8Array(ALIGNMENT + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, ALIGNMENT);
  return header;
}
