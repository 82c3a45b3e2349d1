/**
 * The CPU backend in 128-bit SIMD, bit for bit the reference's results. Buffers for a moment's work lie in the kernels' own
 * memory and are computed with in place; all others are arrays as the reference has them, and go through it tile by tile.
 */
import type { Agreement, CountBuffer, TensorBackend, TensorBuffer } from '../../types';
import {
  type CpuBuffer,
  type CpuCounts,
  cpuBufferData,
  createReferenceBackend,
} from '../reference';
import type { KernelFunctions } from './kernel-calls';
import { type Kernels, TILE_BYTES } from './kernels';

/** Vectors are padded to whole blocks. */
const BLOCK_BYTES = 16;

const AGREEING = {
  sum: 'addAgreeing',
  count: 'countAgreeing',
  largest: 'largestAgreeing',
} as const satisfies Readonly<Record<Agreement, keyof KernelFunctions>>;

/** @param tiled - where what lies elsewhere is copied to: copying takes several times as long in memory that threads share */
export function createSimdBackend(kernels: Kernels, tiled = kernels): TensorBackend {
  const { run, memory, arena, tiles, threads } = kernels;
  const reference = createReferenceBackend();
  const of = cpuBufferData;
  const isInside = (array: Float32Array | Uint32Array) => array.buffer === memory;

  /** In the kernels' memory with what was left there, or where that is full an array of zeros elsewhere. */
  const place = (length: number): CpuBuffer => {
    const pointer = arena.take(length * 4);
    const data =
      pointer === null ? new Float32Array(length) : new Float32Array(memory, pointer, length);
    return { data, length };
  };

  const free = (buffer: TensorBuffer): void => {
    const data = of(buffer);
    reference.free(buffer);
    if (isInside(data)) arena.give(data.byteOffset);
  };

  /**
   * Calls a kernel on buffers of one length: with their places where all are inside, else with those of tiles that they are
   * copied to. The first is what it writes, and with `sets` it does not read that.
   */
  const each = (
    buffers: readonly TensorBuffer[],
    kernel: (on: KernelFunctions, pointers: Pointers, bytes: number, begin: number) => void,
    sets = false,
  ): void => {
    const arrays = buffers.map(of);
    const [written] = arrays;
    if (!written) return;
    const pointers: [number, number, number] = [0, 0, 0];
    if (arrays.every(isInside)) {
      for (const [i, { byteOffset }] of arrays.entries()) pointers[i] = byteOffset;
      kernel(run, pointers, padded(written.byteLength), 0);
      return;
    }
    const isInPlace = (array: Float32Array) => array.buffer === tiled.memory;
    const step = TILE_BYTES / 4;
    for (let begin = 0; begin < written.length; begin += step) {
      const length = Math.min(step, written.length - begin);
      for (const [i, array] of arrays.entries()) {
        const tile = tiled.tiles + i * TILE_BYTES;
        pointers[i] = isInPlace(array) ? array.byteOffset + begin * 4 : tile;
        if (isInPlace(array) || (sets && i === 0)) continue;
        new Float32Array(tiled.memory, tile, length).set(array.subarray(begin, begin + length));
      }
      kernel(tiled.run, pointers, padded(length * 4), begin);
      if (isInPlace(written)) continue;
      written.set(new Float32Array(tiled.memory, pointers[0], length), begin);
    }
  };

  /** Calls a kernel that counts, and looks at no more than there is. */
  const count = (
    counts: CountBuffer,
    values: TensorBuffer,
    kernel: (counts: number, values: number, bytes: number) => void,
  ): void => {
    const bins = (counts as CpuCounts).data.byteOffset;
    const array = of(values);
    if (isInside(array)) kernel(bins, array.byteOffset, array.byteLength);
    else {
      const step = TILE_BYTES / 4;
      for (let begin = 0; begin < array.length; begin += step) {
        const part = array.subarray(begin, begin + step);
        new Float32Array(memory, tiles, part.length).set(part);
        kernel(bins, tiles, part.byteLength);
      }
    }
  };
  const isCountedInside = (counts: CountBuffer) => isInside((counts as CpuCounts).data);

  return {
    ...reference,
    borrow(length) {
      const buffer = place(length);
      const { data } = buffer;
      // What lies elsewhere is new.
      if (isInside(data)) run.clear(data.byteOffset, data.byteLength);
      return buffer;
    },
    async receive(length, write) {
      const buffer = place(length);
      try {
        await write(buffer.data);
        return buffer;
      } catch (error) {
        free(buffer);
        throw error;
      }
    },
    accumulate(sum, base, tuned, weight, first) {
      // Times 1 is what it was, to the last bit.
      const kernel = first ? 'subtract' : 'accumulate';
      each([sum, base, tuned], (on, [s, b, t], bytes) => on[kernel](s, b, t, bytes, weight), first);
    },
    scaleAndAdd: (out, base, sum, factor) =>
      each(
        [out, base, sum],
        (on, [o, b, s], bytes) => on.scaleAndAdd(o, b, s, bytes, factor),
        true,
      ),
    addScaled(sum, values, weight, first) {
      const kernel = first ? 'scale' : 'addScaled';
      each([sum, values], (on, [s, v], bytes) => on[kernel](s, v, bytes, weight), first);
    },
    divide: (values, divisor) => each([values], (on, [v], bytes) => on.divide(v, bytes, divisor)),
    divideEach: (values, divisors) =>
      each([values, divisors], (on, [v, d], bytes) => on.divideEach(v, d, bytes)),
    takeLarger: (selected, candidate) =>
      each([selected, candidate], (on, [s, c], bytes) => on.takeLarger(s, c, bytes)),
    trim: (values, threshold) => each([values], (on, [v], bytes) => on.trim(v, bytes, threshold)),
    mergeAgreeing(merged, total, values, tie, agreement) {
      const kernel = AGREEING[agreement];
      // All ones where positive values agree.
      const mask = tie > 0 ? -1 : 0;
      each([merged, total, values], (on, [m, t, v], bytes) => on[kernel](m, t, v, bytes, mask));
    },
    applySign: (values, total, tie) =>
      each([values, total], (on, [v, t], bytes) => on.applySign(v, t, bytes, tie)),
    dropRandomly: (values, { key, stream, limit }, first) =>
      each([values], (on, [v], bytes, begin) =>
        on.dropRandomly(v, bytes, (first + begin) / 4, ...key, ...stream, limit),
      ),
    allocateCounts(length) {
      const all = length * threads;
      const pointer = arena.take(all * 4);
      if (pointer === null) return reference.allocateCounts(length);
      const counts: CpuCounts = { data: new Uint32Array(memory, pointer, all).fill(0), length };
      return counts;
    },
    countMagnitudes(counts, values, high) {
      if (!isCountedInside(counts)) reference.countMagnitudes(counts, values, high);
      else if (high === null) count(counts, values, run.countUpper);
      else count(counts, values, (c, v, bytes) => run.countLower(c, v, bytes, high));
    },
    countSigns(counts, values) {
      if (isCountedInside(counts)) count(counts, values, run.countSigns);
      else reference.countSigns(counts, values);
    },
    async readCounts(counts) {
      const { data, length } = counts as CpuCounts;
      const sums = data.slice(0, length);
      for (let i = length; i < data.length; i++) {
        sums[i % length] = (sums[i % length] as number) + (data[i] as number);
      }
      return sums;
    },
    freeCounts(counts) {
      const held = counts as CpuCounts;
      const { data } = held;
      held.data = new Uint32Array(0);
      if (isInside(data)) arena.give(data.byteOffset);
    },
    async take(buffer) {
      const data = of(buffer);
      if (!isInside(data)) return reference.take(buffer);
      const taken = data.slice();
      free(buffer);
      return taken;
    },
    free,
  };
}

/** Of the operands; unused ones are 0. */
type Pointers = readonly [number, number, number];

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
