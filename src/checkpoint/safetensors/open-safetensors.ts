import { FormatError } from '../../errors';
import { liesIn } from '../places';
import { readBytes, readBytesInto } from '../read-bytes';
import type { Checkpoint, NamedBlob, TensorSource } from '../types';
import { HeaderError, MAX_HEADER_BYTES, parseHeader, type TensorInfo } from './header';
import { JsonError } from './json-scanner';

/** The header's length, a 64-bit little-endian number, stands before it. */
const LENGTH_BYTES = 8;

/**
 * A file of at most this size is read once, with its first tensor, and kept: browsers take about a millisecond for each
 * read, whatever its size, and a model of 5 MB has as many tensors as one of 500.
 */
const SMALL_FILE_BYTES = 8 * 2 ** 20;

const DOWNLOAD_AGAIN = 'The file is damaged or was not downloaded to its end: download it again.';
const SAVE_AGAIN = 'It was not written by a safetensors library: save it again with one.';

/**
 * Opens a safetensors file: reads and checks its header, and none of its tensors before they are asked for. Accepts and refuses what the
 * reference (safetensors 0.8.0) does, except that two tensors of one name are refused.
 * A dimension above 2^53, legal only beside a dimension 0, is rounded to a double.
 *
 * @throws FormatError naming the file, the place and the remedy
 */
export async function openSafetensors(file: NamedBlob): Promise<Checkpoint> {
  const { name, blob } = file;
  if (blob.size < LENGTH_BYTES) {
    throw new FormatError(
      name,
      `it has ${blob.size} bytes, and a safetensors file begins with ${LENGTH_BYTES} bytes for the length of its header. ${DOWNLOAD_AGAIN}`,
    );
  }
  const start = await readBytes(file, 0, LENGTH_BYTES);
  const headerLength = new DataView(start.buffer).getBigUint64(0, true);
  if (headerLength > MAX_HEADER_BYTES) {
    throw new FormatError(
      name,
      `its first ${LENGTH_BYTES} bytes give the header a length of ${headerLength} bytes; at most ${MAX_HEADER_BYTES} are allowed. This is no safetensors file, or its start is damaged: download it again.`,
    );
  }
  const dataBegin = LENGTH_BYTES + Number(headerLength);
  if (dataBegin > blob.size) {
    throw new FormatError(
      name,
      `its header should end at byte ${dataBegin}, but the file ends at byte ${blob.size}. ${DOWNLOAD_AGAIN}`,
    );
  }
  const headerBytes = await readBytes(file, LENGTH_BYTES, dataBegin);
  try {
    const header = parseHeader(headerBytes, blob.size - dataBegin);
    const tensors = new Map<string, TensorSource>();
    const isSmall = blob.size <= SMALL_FILE_BYTES;
    const read = isSmall ? wholeReaderOf(file) : readerOf(file);
    for (const [tensor, info] of header.tensors) {
      const source = tensorSource(read, dataBegin, tensor, info);
      // A small file is read once anyway.
      if (!isSmall) liesIn(source, file, dataBegin + info.begin);
      tensors.set(tensor, source);
    }
    return { file: name, format: 'safetensors', tensors, metadata: header.metadata };
  } catch (error) {
    if (error instanceof JsonError) {
      throw new FormatError(
        name,
        `its header is not valid at byte ${LENGTH_BYTES + error.position} of the file: ${error.message}. ${SAVE_AGAIN}`,
        { cause: error },
      );
    }
    if (error instanceof HeaderError) {
      throw new FormatError(name, `${error.message}. ${DOWNLOAD_AGAIN}`, { cause: error });
    }
    throw error;
  }
}

/** Reads bytes of the file. */
interface Reader {
  range(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  into(begin: number, memory: Uint8Array): Promise<void>;
}

function readerOf(file: NamedBlob): Reader {
  return {
    range: (begin, end) => readBytes(file, begin, end),
    into: (begin, memory) => readBytesInto(file, begin, memory),
  };
}

/** Gives out copies: a tensor's memory is its reader's own. */
function wholeReaderOf(file: NamedBlob): Reader {
  let reading: Promise<Uint8Array<ArrayBuffer>> | undefined;
  const whole = () => {
    reading ??= readBytes(file, 0, file.blob.size).catch((error) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  return {
    range: async (begin, end) => (await whole()).slice(begin, end),
    into: async (begin, memory) =>
      memory.set((await whole()).subarray(begin, begin + memory.length)),
  };
}

function tensorSource(
  reader: Reader,
  dataBegin: number,
  name: string,
  info: TensorInfo,
): TensorSource {
  const byteLength = info.end - info.begin;
  const first = dataBegin + info.begin;
  const refuseOutside = (begin: number, end: number) => {
    if (begin >= 0 && begin <= end && end <= byteLength) return;
    throw new RangeError(`bytes ${begin} to ${end} are not in ${name} (${byteLength} bytes)`);
  };
  return {
    name,
    dtype: info.dtype,
    shape: info.shape,
    byteLength,
    read: () => reader.range(first, first + byteLength),
    readRange(begin, end) {
      refuseOutside(begin, end);
      return reader.range(first + begin, first + end);
    },
    readInto(begin, into) {
      refuseOutside(begin, begin + into.length);
      return reader.into(first + begin, into);
    },
  };
}
