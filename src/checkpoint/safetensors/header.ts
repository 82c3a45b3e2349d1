import { dataLength, isDtype } from '../data-length';
import type { Dtype } from '../types';
import { JsonScanner } from './json-scanner';

/** One tensor as the header describes it; offsets in bytes from the end of the header. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the header's order. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What is wrong with a header whose JSON is well-formed. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
}

const METADATA = '__metadata__';
/** Longest piece of a foreign name that a message repeats. */
const SHOWN = 100;

function quote(name: string): string {
  return JSON.stringify(name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name);
}

/**
 * Reads and checks a safetensors header as the reference does (safetensors 0.8.0, `Metadata::validate` and the serde
 * derives of `HashMetadata` and `TensorInfo`), its quirks included: a tensor may be the array
 * `[dtype, shape, data_offsets]`, its unknown fields are ignored, `__metadata__` may be null. One rule is ours:
 * two tensors of one name are refused, where the reference silently keeps the last.
 *
 * @param bytes the JSON text, from now on owned by this function
 * @param available bytes in the file after the header; the tensors must cover exactly these
 * @throws JsonError (with a position), HeaderError
 */
export function parseHeader(bytes: Uint8Array<ArrayBuffer>, available: number): Header {
  const scanner = new JsonScanner(bytes);
  const tensors: TensorInfo[] = [];
  const names = new Set<string>();
  let metadata: ReadonlyMap<string, string> | undefined;
  let covered = 0;

  scanner.object('the header', (name, position) => {
    if (name === METADATA) {
      if (metadata) scanner.fail(`${METADATA} occurs twice`, position);
      metadata = readMetadata(scanner);
      return;
    }
    if (names.has(name)) scanner.fail(`two tensors are called ${quote(name)}`, position);
    names.add(name);
    const tensor = readTensor(scanner, name);
    // Overlapping tensors are told here and not after millions of them: together they pass the file's end.
    covered += checkSize(tensor);
    if (tensor.end > available || covered > available) {
      throw new HeaderError(
        `the tensors end ${tensor.end > available ? `at byte ${tensor.end}` : 'later than their bytes'} with ${quote(name)}, and the file holds ${available} bytes of them`,
      );
    }
    tensors.push(toInfo(tensor));
  });
  scanner.end();
  checkCoverage(tensors, available);
  return { tensors, metadata: metadata ?? new Map() };
}

interface RawTensor {
  name: string;
  dtype: Dtype;
  shape: (number | bigint)[];
  begin: number | bigint;
  end: number | bigint;
}

function toInfo({ name, dtype, shape, begin, end }: RawTensor): TensorInfo {
  return { name, dtype, shape: shape.map(Number), begin: Number(begin), end: Number(end) };
}

function readMetadata(scanner: JsonScanner): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (scanner.startsWith('n')) scanner.null();
  else {
    scanner.object(METADATA, (key) => {
      metadata.set(key, scanner.string(`the value of ${quote(key)} in ${METADATA}`));
    });
  }
  return metadata;
}

const FIELDS = ['dtype', 'shape', 'data_offsets'] as const;
type Field = (typeof FIELDS)[number];

function readTensor(scanner: JsonScanner, name: string): RawTensor {
  const what = `tensor ${quote(name)}`;
  const position = scanner.position();
  const tensor: Partial<RawTensor> = { name };
  const seen = new Set<Field>();

  function readField(field: Field): void {
    if (seen.has(field)) scanner.fail(`${what} has "${field}" twice`);
    seen.add(field);
    if (field === 'dtype') tensor.dtype = readDtype(scanner, what);
    else if (field === 'shape') tensor.shape = readNumbers(scanner, `the shape of ${what}`);
    else {
      const [begin, end, ...more] = readNumbers(scanner, `the data_offsets of ${what}`);
      if (begin === undefined || end === undefined || more.length > 0) {
        scanner.fail(`the data_offsets of ${what} must be two numbers`);
      }
      tensor.begin = begin;
      tensor.end = end;
    }
  }

  if (scanner.startsWith('[')) {
    scanner.array(what, (index) => {
      const field = FIELDS[index] ?? scanner.fail(`${what} has more than three elements`);
      readField(field);
    });
  } else {
    scanner.object(what, (key) => {
      const field = FIELDS.find((candidate) => candidate === key);
      if (field) readField(field);
      else scanner.skip();
    });
  }
  const missing = FIELDS.find((field) => !seen.has(field));
  if (missing) scanner.fail(`${what} has no "${missing}"`, position);
  return tensor as RawTensor;
}

/** A dtype's name, or serde's other form of it, `{"F32": null}`. */
function readDtype(scanner: JsonScanner, what: string): Dtype {
  const position = scanner.position();
  const names: string[] = [];
  if (scanner.startsWith('{')) {
    scanner.object(what, (key) => {
      names.push(key);
      scanner.null();
    });
  } else {
    names.push(scanner.string(`the dtype of ${what}`));
  }
  const [dtype = ''] = names;
  if (names.length !== 1 || !isDtype(dtype)) {
    scanner.fail(
      `${what} has the dtype ${quote(dtype)}, which safetensors does not know`,
      position,
    );
  }
  return dtype;
}

function readNumbers(scanner: JsonScanner, what: string): (number | bigint)[] {
  const numbers: (number | bigint)[] = [];
  scanner.array(what, () => numbers.push(scanner.unsigned(`every number in ${what}`)));
  return numbers;
}

/** Requires that the offsets span what dtype and shape need; returns that number of bytes. */
function checkSize({ name, dtype, shape, begin, end }: RawTensor): number {
  const needed = dataLength(dtype, shape);
  const described = `tensor ${quote(name)} (${dtype}, shape [${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}])`;
  if (needed === 'overflow') throw new HeaderError(`${described} is larger than 2^64 bits`);
  if (needed === 'misaligned') throw new HeaderError(`${described} does not fill whole bytes`);
  if (end < begin)
    throw new HeaderError(`${described} ends at byte ${end}, before it begins (${begin})`);
  if (BigInt(end) - BigInt(begin) !== BigInt(needed)) {
    throw new HeaderError(
      `${described} needs ${needed} bytes, but its data_offsets are ${begin} and ${end}`,
    );
  }
  return needed;
}

/** Requires that the tensors follow each other without hole or overlap, from the first byte to the last. */
function checkCoverage(tensors: readonly TensorInfo[], available: number): void {
  const inPlace = tensors.every((tensor, i) => tensor.begin === (tensors[i - 1]?.end ?? 0));
  const sorted = inPlace ? tensors : tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of sorted) {
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
