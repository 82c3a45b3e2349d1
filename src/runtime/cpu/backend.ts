/**
 * The reference backend: plain loops over Float32Array. It defines what the other backends must reproduce bit for bit;
 * it is not a fast path of its own.
 */
import type { CountBuffer, TensorBackend, TensorBuffer } from '../types';
import { accumulate, addScaled, divide, divideEach, scaleAndAdd } from './arithmetic';
import { countMagnitudes, countSigns } from './counts';
import { dropRandomly } from './random-drop';
import { applySign, mergeAgreeing, takeLarger, trim } from './selection';

interface CpuBuffer extends TensorBuffer {
  data: Float32Array<ArrayBuffer>;
}

interface CpuCounts extends CountBuffer {
  readonly data: Uint32Array<ArrayBuffer>;
}

/** The array behind a CPU buffer, for ONNX Runtime's wasm build to read; no copy. */
export function cpuBufferData(buffer: TensorBuffer): Float32Array<ArrayBuffer> {
  return (buffer as CpuBuffer).data;
}

export function createCpuBackend(): TensorBackend {
  const own = (data: Float32Array<ArrayBuffer>): CpuBuffer => ({ data, length: data.length });
  const of = cpuBufferData;
  const countsOf = (counts: CountBuffer) => (counts as CpuCounts).data;
  return {
    kind: 'cpu',
    // The operating system tells no limit that allocating would not tell as well.
    reserve: async () => undefined,
    upload: own,
    allocate: (length) => own(new Float32Array(length)),
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
    dropRandomly: (values, pattern) => dropRandomly(of(values), pattern),
    allocateCounts: (length): CpuCounts => ({ data: new Uint32Array(length), length }),
    countMagnitudes: (counts, values, high) => countMagnitudes(countsOf(counts), of(values), high),
    countSigns: (counts, values) => countSigns(countsOf(counts), of(values)),
    readCounts: async (counts) => countsOf(counts).slice(),
    freeCounts: () => undefined,
    write(buffer, data) {
      of(buffer).set(data);
    },
    read: async (buffer) => of(buffer).slice(),
    free(buffer) {
      // Dropping the array lets the collector have it even while someone still holds the handle.
      (buffer as CpuBuffer).data = new Float32Array(0);
    },
    submit: () => undefined,
    settled: async () => undefined,
  };
}
