/**
 * NumPy's scalars and arrays as they stand in a pickle beside the weights (`best_acc`, a curve of losses): what they hold is read
 * as values, and nothing else of NumPy is there. Large arrays, and those of objects, are only known to be there.
 */
import { elementCount } from '../data-length';
import { decodeFloat32 } from '../dtype';
import { PickleError } from './byte-cursor';
import { isCount } from './tensor';

/** Elements of an array that are kept; a longer one is no remark beside weights. */
const MAX_ELEMENTS = 64;
const LITTLE = '<';
const BIG = '>';

/** Bytes that Python 2's protocol writes as a text (`_codecs.encode(text, 'latin1')`); they are made when they are asked for. */
export class EncodedBytes {
  constructor(private readonly text: string) {}

  /** The first `length` bytes; undefined where there are fewer. */
  first(length: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.text.length < length) return undefined;
    return Uint8Array.from({ length }, (_, i) => this.text.charCodeAt(i));
  }
}

/** `numpy.dtype(name, align, copy)`; its state, which follows, gives the byte order. */
export class NumpyDtype {
  byteOrder = LITTLE;
  constructor(readonly name: string) {}

  /** `(version, byte order, ...)`. */
  setState(state: unknown): void {
    const [, order] = Array.isArray(state) ? state : [];
    if (order === LITTLE || order === BIG) this.byteOrder = order;
  }
}

/** An array, made empty; its state brings what it holds. */
export class NumpyArray {
  /** In C order, nested arrays flattened; undefined where they are many or of a kind that is not read. */
  values: readonly Scalar[] | undefined;

  /** `(version, shape, dtype, is Fortran, data)`. */
  setState(state: unknown): void {
    const [, shape, dtype, , data] = Array.isArray(state) ? state : [];
    const isShape = Array.isArray(shape) && shape.every(isCount);
    if (!isShape || !(dtype instanceof NumpyDtype)) {
      throw new PickleError('it describes a NumPy array without a shape or a type.');
    }
    const count = elementCount(shape);
    if (count <= MAX_ELEMENTS) this.values = decode(dtype, data, count);
  }
}

type Scalar = string | number | bigint | boolean;

/** `scalar(dtype, data)`: the value; null where it is of a kind that is not read. */
export function numpyScalar(dtype: unknown, data: unknown): Scalar | null {
  if (!(dtype instanceof NumpyDtype))
    throw new PickleError('it describes a NumPy value without a type.');
  return decode(dtype, data, 1)?.[0] ?? null;
}

interface Kind {
  readonly size: number;
  readonly read: (view: DataView, at: number, isLittle: boolean) => Scalar;
}

/** NumPy's names of its types of one size: a letter and bytes. */
const KINDS: Readonly<Record<string, Kind>> = {
  b1: { size: 1, read: (view, at) => view.getUint8(at) !== 0 },
  i1: { size: 1, read: (view, at) => view.getInt8(at) },
  i2: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { size: 8, read: (view, at, little) => small(view.getBigInt64(at, little)) },
  u1: { size: 1, read: (view, at) => view.getUint8(at) },
  u2: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { size: 8, read: (view, at, little) => small(view.getBigUint64(at, little)) },
  f2: { size: 2, read: half },
  f4: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/** Longest text of an array that is read, in characters of four bytes each. */
const MAX_TEXT = 256;

function kindOf(name: string): Kind | undefined {
  const fixed = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  const length = Number(/^U(\d{1,3})$/.exec(name)?.[1] ?? Number.NaN);
  if (fixed !== undefined || !(length <= MAX_TEXT)) return fixed;
  return {
    size: 4 * length,
    read: (view, at, little) => {
      const points = Array.from({ length }, (_, i) => view.getUint32(at + 4 * i, little));
      const valid = points.filter((point) => point > 0 && point <= 0x10ffff);
      return String.fromCodePoint(...valid);
    },
  };
}

function decode(dtype: NumpyDtype, data: unknown, count: number): Scalar[] | undefined {
  const kind = kindOf(dtype.name);
  if (kind === undefined) return undefined;
  const length = kind.size * count;
  const bytes =
    data instanceof EncodedBytes
      ? data.first(length)
      : data instanceof Uint8Array && data.length >= length
        ? data.slice(0, length)
        : undefined;
  if (bytes === undefined) throw new PickleError('it holds a NumPy value that is cut off.');
  const view = new DataView(bytes.buffer);
  const isLittle = dtype.byteOrder !== BIG;
  return Array.from({ length: count }, (_, i) => kind.read(view, i * kind.size, isLittle));
}

/** A number where that is exact. */
function small(value: bigint): number | bigint {
  const rounded = Number(value);
  return Number.isSafeInteger(rounded) ? rounded : value;
}

function half(view: DataView, at: number, isLittle: boolean): number {
  const bits = view.getUint16(at, isLittle);
  const bytes = Uint8Array.of(bits & 0xff, bits >> 8);
  return decodeFloat32(bytes, 'F16')[0] ?? Number.NaN;
}
