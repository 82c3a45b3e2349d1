/**
 * The reference backend: plain loops over Float32Array. It defines what the other backends must reproduce bit for bit;
 * it is not a fast path of its own. Of a NaN only that it is one is defined, not its sign and payload: they depend on the
 * processor.
 */
import { letGo } from '../../let-go';
import type { CountBuffer, TensorBackend, TensorBuffer } from '../types';
import { accumulate, addScaled, divide, divideEach, scaleAndAdd } from './arithmetic';
import { countMagnitudes, countSigns } from './counts';
import { dropRandomly } from './random-drop';
import { applySign, mergeAgreeing, takeLarger, trim } from './selection';

export interface CpuBuffer extends TensorBuffer {
  data: Float32Array;
}

export interface CpuCounts extends CountBuffer {
  data: Uint32Array;
}

/**
 * Elements that are worked on at a time, 256 KiB of them: base, sum and one expert's lie in a processor's own cache while all
 * experts are added.
 */
const PART_LENGTH = 2 ** 16;

/** While one part is computed the next is read, where reading is waited for. */
const PARTS_AT_ONCE = 2;

/** The array behind a CPU buffer, for ONNX Runtime's wasm build to read; no copy. */
export function cpuBufferData(buffer: TensorBuffer): Float32Array {
  return (buffer as CpuBuffer).data;
}

/** Memory that threads share can be neither given away nor given back. */
function isUnshared(data: Float32Array): data is Float32Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer;
}

export function createReferenceBackend(): TensorBackend {
  const own = (data: Float32Array): CpuBuffer => ({ data, length: data.length });
  const of = cpuBufferData;
  const countsOf = (counts: CountBuffer) => (counts as CpuCounts).data;
  /** The array, which the handle is left without: someone may still hold it. */
  const dropped = (buffer: TensorBuffer): Float32Array => {
    const data = of(buffer);
    (buffer as CpuBuffer).data = new Float32Array(0);
    return data;
  };
  const free = (buffer: TensorBuffer) => {
    const data = dropped(buffer);
    // A view of something larger shares it with others.
    if (isUnshared(data) && data.byteLength === data.buffer.byteLength) letGo(data.buffer);
  };
  return {
    kind: 'cpu',
    parts: { length: PART_LENGTH, atOnce: PARTS_AT_ONCE },
    // The operating system tells no limit that allocating would not tell as well.
    reserve: async () => undefined,
    upload: own,
    allocate: (length) => own(new Float32Array(length)),
    borrow: (length) => own(new Float32Array(length)),
    async receive(length, write) {
      const data = new Float32Array(length);
      await write(data);
      return own(data);
    },
    accumulate: (sum, base, tuned, weight, first) =>
      accumulate(of(sum), of(base), of(tuned), Math.fround(weight), first),
    scaleAndAdd: (out, base, sum, scalingFactor) =>
      scaleAndAdd(of(out), of(base), of(sum), Math.fround(scalingFactor)),
    addScaled: (sum, values, weight, first) =>
      addScaled(of(sum), of(values), Math.fround(weight), first),
    divide: (values, divisor) => divide(of(values), Math.fround(divisor)),
    divideEach: (values, divisors) => divideEach(of(values), of(divisors)),
    takeLarger: (selected, candidate) => takeLarger(of(selected), of(candidate)),
    trim: (values, threshold) => trim(of(values), Math.fround(threshold)),
    mergeAgreeing: (merged, total, values, tie, agreement) =>
      mergeAgreeing(of(merged), of(total), of(values), tie, agreement),
    applySign: (values, total, tie) => applySign(of(values), of(total), tie),
    dropRandomly: (values, pattern, begin) => dropRandomly(of(values), pattern, begin),
    allocateCounts: (length): CpuCounts => ({ data: new Uint32Array(length), length }),
    countMagnitudes: (counts, values, high) => countMagnitudes(countsOf(counts), of(values), high),
    countSigns: (counts, values) => countSigns(countsOf(counts), of(values)),
    readCounts: async (counts) => countsOf(counts).slice(),
    freeCounts: () => undefined,
    write(buffer, data) {
      of(buffer).set(data);
    },
    fill: async (buffer, write) => write(of(buffer)),
    part: (buffer, begin, length) => own(of(buffer).subarray(begin, begin + length)),
    copy: (target, begin, source) => of(target).set(of(source), begin),
    read: async (buffer) => of(buffer).slice(),
    take: async (buffer) => {
      const data = dropped(buffer);
      return isUnshared(data) ? data : data.slice();
    },
    free,
    submit: () => undefined,
    settled: async () => undefined,
  };
}
