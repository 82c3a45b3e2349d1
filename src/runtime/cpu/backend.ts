/**
 * The reference arithmetic: plain loops over Float32Array, `Math.fround` after every operation. It defines what the
 * other backends must reproduce bit for bit; it is not a fast path of its own.
 */
import type { TensorBackend, TensorBuffer } from '../types';

interface CpuBuffer extends TensorBuffer {
  data: Float32Array<ArrayBuffer>;
}

/** The array behind a CPU buffer, for ONNX Runtime's wasm build to read; no copy. */
export function cpuBufferData(buffer: TensorBuffer): Float32Array<ArrayBuffer> {
  return (buffer as CpuBuffer).data;
}

export function createCpuBackend(): TensorBackend {
  const own = (data: Float32Array<ArrayBuffer>): CpuBuffer => ({ data, length: data.length });
  return {
    kind: 'cpu',
    upload: own,
    allocate: (length) => own(new Float32Array(length)),
    accumulate(sum, base, tuned, weight, first) {
      accumulate(
        cpuBufferData(sum),
        cpuBufferData(base),
        cpuBufferData(tuned),
        Math.fround(weight),
        first,
      );
    },
    scaleAndAdd(out, base, sum, scalingFactor) {
      scaleAndAdd(
        cpuBufferData(out),
        cpuBufferData(base),
        cpuBufferData(sum),
        Math.fround(scalingFactor),
      );
    },
    write(buffer, data) {
      cpuBufferData(buffer).set(data);
    },
    read: async (buffer) => cpuBufferData(buffer).slice(),
    free(buffer) {
      // Dropping the array lets the collector have it even while someone still holds the handle.
      (buffer as CpuBuffer).data = new Float32Array(0);
    },
    submit: () => undefined,
    settled: async () => undefined,
  };
}

/** `sum (+)= weight * (tuned - base)`; all arrays of one length, `weight` a float32. */
export function accumulate(
  sum: Float32Array,
  base: Float32Array,
  tuned: Float32Array,
  weight: number,
  first: boolean,
): void {
  for (let i = 0; i < sum.length; i++) {
    let delta = Math.fround((tuned[i] as number) - (base[i] as number));
    if (weight !== 1) delta = Math.fround(weight * delta);
    sum[i] = first ? delta : Math.fround((sum[i] as number) + delta);
  }
}

/** `out = base + scalingFactor * sum`; all arrays of one length, `scalingFactor` a float32. */
export function scaleAndAdd(
  out: Float32Array,
  base: Float32Array,
  sum: Float32Array,
  scalingFactor: number,
): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.fround((base[i] as number) + Math.fround(scalingFactor * (sum[i] as number)));
  }
}
