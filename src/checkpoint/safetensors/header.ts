import { dataLength, isDtype } from '../data-length';
import type { Dtype } from '../types';
import { JsonError, JsonScanner } from './json-scanner';

/** One tensor as the header describes it; offsets in bytes from the end of the header. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the header's order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** What is wrong with a header whose JSON is well-formed. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
}

/** Largest header that is read or written (safetensors `MAX_HEADER_SIZE`): what a hostile file can make us allocate. */
export const MAX_HEADER_BYTES = 100_000_000;

const METADATA = '__metadata__';
/**
 * Tensors, dimensions and metadata entries that one header may hold together, so that what is kept of it stays below the
 * size of the largest header. The reference has no such bound; the largest published models stay below 5,000.
 */
const MAX_ENTRIES = 500_000;
/** Longest piece of a foreign name that a message repeats. */
const SHOWN = 100;

function quote(name: string): string {
  return JSON.stringify(name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name);
}

/**
 * Reads and checks a safetensors header as the reference does (safetensors 0.8.0, `Metadata::validate` and the serde
 * derives of `HashMetadata` and `TensorInfo`), its quirks included: a tensor may be the array
 * `[dtype, shape, data_offsets]`, its unknown fields are ignored, `__metadata__` may be null. Two rules are ours:
 * two tensors of one name are refused, where the reference silently keeps the last, and `MAX_ENTRIES` bounds memory.
 *
 * @param bytes the JSON text, from now on owned by this function
 * @param available bytes in the file after the header; the tensors must cover exactly these
 * @throws JsonError (with a position), HeaderError
 */
export function parseHeader(bytes: Uint8Array<ArrayBuffer>, available: number): Header {
  const scanner = new JsonScanner(bytes);
  const tensors = new Map<string, TensorInfo>();
  let metadata: ReadonlyMap<string, string> | undefined;
  let entries = 0;
  let covered = 0;

  function count(): void {
    if (++entries <= MAX_ENTRIES) return;
    scanner.fail(`more than ${MAX_ENTRIES} tensors, dimensions and metadata entries`);
  }

  scanner.object('the header', (name, position) => {
    count();
    if (name === METADATA) {
      if (metadata) scanner.fail(`${METADATA} occurs twice`, position);
      metadata = readMetadata(scanner, count);
      return;
    }
    if (tensors.has(name)) scanner.fail(`two tensors are called ${quote(name)}`, position);
    const tensor = readTensor(scanner, name, count);
    // Overlapping tensors are told here and not after thousands of them: together they pass the file's end.
    covered += checkSize(name, tensor);
    const end = Math.max(covered, Number(tensor.end));
    if (end > available) {
      throw new HeaderError(
        `up to ${quote(name)} the tensors need ${end} bytes, and the file holds ${available} bytes of them`,
      );
    }
    tensors.set(name, {
      dtype: tensor.dtype,
      shape: tensor.shape.map(Number),
      begin: Number(tensor.begin),
      end: Number(tensor.end),
    });
  });
  scanner.end();
  checkCoverage(tensors, available);
  return { tensors, metadata: metadata ?? new Map() };
}

/** Numbers as they stand in the file: 64 bits each. */
interface RawTensor {
  readonly dtype: Dtype;
  readonly shape: readonly (number | bigint)[];
  readonly begin: number | bigint;
  readonly end: number | bigint;
}

function readMetadata(scanner: JsonScanner, count: () => void): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (scanner.null()) return metadata;
  scanner.object(METADATA, (key) => {
    count();
    metadata.set(key, scanner.string(`every value in ${METADATA}`));
  });
  return metadata;
}

const FIELDS = ['dtype', 'shape', 'data_offsets'];

function readTensor(scanner: JsonScanner, name: string, count: () => void): RawTensor {
  const position = scanner.position();
  let dtype: Dtype | undefined;
  let shape: readonly (number | bigint)[] | undefined;
  let offsets: readonly (number | bigint)[] | undefined;

  function readField(field: string): void {
    if (field === 'dtype') {
      if (dtype) scanner.fail('"dtype" occurs twice');
      dtype = readDtype(scanner);
    } else if (field === 'shape') {
      if (shape) scanner.fail('"shape" occurs twice');
      shape = readNumbers(scanner, field, count);
    } else if (field === 'data_offsets') {
      if (offsets) scanner.fail('"data_offsets" occurs twice');
      offsets = readNumbers(scanner, field, count);
    } else scanner.skip();
  }

  try {
    if (scanner.atArray()) {
      scanner.array('a tensor', (index) => {
        readField(FIELDS[index] ?? scanner.fail('more than dtype, shape and data_offsets'));
      });
    } else scanner.object('a tensor', readField);
    if (!dtype || !shape || !offsets) {
      return scanner.fail('"dtype", "shape" and "data_offsets" are needed', position);
    }
    const [begin, end, ...more] = offsets;
    if (begin === undefined || end === undefined || more.length > 0) {
      return scanner.fail('"data_offsets" must be two numbers', position);
    }
    return { dtype, shape, begin, end };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new JsonError(`in tensor ${quote(name)}: ${error.message}`, error.position);
  }
}

/** A dtype's name, or serde's other form of it, `{"F32": null}`. */
function readDtype(scanner: JsonScanner): Dtype {
  const position = scanner.position();
  let name: string | undefined;
  if (scanner.atObject()) {
    scanner.object('"dtype"', (key) => {
      if (name !== undefined || !scanner.null()) scanner.fail('"dtype" must be a name');
      name = key;
    });
  } else name = scanner.string('"dtype"');
  if (name === undefined || !isDtype(name)) {
    return scanner.fail(`safetensors knows no dtype ${quote(name ?? '')}`, position);
  }
  return name;
}

function readNumbers(
  scanner: JsonScanner,
  field: string,
  count: () => void,
): readonly (number | bigint)[] {
  const numbers: (number | bigint)[] = [];
  scanner.array(`"${field}"`, () => {
    count();
    numbers.push(scanner.unsigned(`every number in "${field}"`));
  });
  return numbers;
}

/** Requires that the offsets span what dtype and shape need; returns that number of bytes. */
function checkSize(name: string, { dtype, shape, begin, end }: RawTensor): number {
  const needed = dataLength(dtype, shape);
  if (typeof needed === 'number' && typeof begin === 'number' && typeof end === 'number') {
    if (end - begin === needed) return needed;
  }
  const dimensions = shape.length > 8 ? `${shape.slice(0, 8).join(', ')}, …` : shape.join(', ');
  const described = `tensor ${quote(name)} (${dtype}, shape [${dimensions}])`;
  if (needed === 'overflow') throw new HeaderError(`${described} is larger than 2^64 bits`);
  if (needed === 'misaligned') throw new HeaderError(`${described} does not fill whole bytes`);
  throw new HeaderError(
    `${described} needs ${needed} bytes, but its data_offsets are ${begin} and ${end}`,
  );
}

/** Requires that the tensors follow each other without hole or overlap, from the first byte to the last. */
function checkCoverage(tensors: ReadonlyMap<string, TensorInfo>, available: number): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const [name, { begin, end }] of sorted) {
    if (begin !== position) {
      throw new HeaderError(
        `tensor ${quote(name)} begins at byte ${begin} of the data, but the tensor before it ends at ${position}`,
      );
    }
    position = end;
  }
  if (position !== available) {
    throw new HeaderError(
      `the tensors cover ${position} bytes, but the file holds ${available} bytes of them`,
    );
  }
}
