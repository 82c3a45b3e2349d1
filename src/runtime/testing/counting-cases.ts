/** The table's cases for counting over tensors, the basis of exact selection over a whole model. */
import {
  type CountBuffer,
  MAGNITUDE_HIGH_BINS,
  MAGNITUDE_LOW_BINS,
  SIGN_BINS,
  type TensorBackend,
  type TensorBuffer,
} from '../types';
import { anyFloats, type BackendCase, coarse, noise } from './values';

/** Lengths that are and are not whole blocks: what a backend pads must not be counted. */
const TENSORS = [
  anyFloats(1023, 1),
  coarse(257, 2),
  noise(4096, 3),
  anyFloats(1, 4),
  Float32Array.of(0, -0, 2 ** -149, -(2 ** -149), Infinity, -Infinity),
];

/** A bin that several of the noise values fall into. */
const CROWDED = highBits(TENSORS[2]?.[0] ?? 0);

export const COUNTING_CASES: readonly BackendCase[] = [
  {
    name: 'counts magnitudes by their upper bits, over several tensors',
    run: (backend) =>
      counted(
        backend,
        MAGNITUDE_HIGH_BINS,
        (counts, tensor) => backend.countMagnitudes(counts, tensor, null),
        (value) => highBits(value),
      ),
  },
  {
    name: 'counts magnitudes by their lower bits within one value of the upper',
    run: (backend) =>
      counted(
        backend,
        MAGNITUDE_LOW_BINS,
        (counts, tensor) => backend.countMagnitudes(counts, tensor, CROWDED),
        (value) => (highBits(value) === CROWDED ? magnitudeBits(value) % MAGNITUDE_LOW_BINS : null),
      ),
  },
  {
    name: 'counts negative and positive values, zeros as neither',
    run: (backend) =>
      counted(
        backend,
        Object.keys(SIGN_BINS).length,
        (counts, tensor) => backend.countSigns(counts, tensor),
        (value) => (value === 0 ? null : value < 0 ? SIGN_BINS.negative : SIGN_BINS.positive),
      ),
  },
  {
    name: 'reads counts into an array that later counting leaves as it is',
    async run(backend) {
      const counts = backend.allocateCounts(2);
      const tensor = backend.upload(Float32Array.of(-1, 1, 1));
      backend.countSigns(counts, tensor);
      const once = await backend.readCounts(counts);
      backend.countSigns(counts, tensor);
      const actual = [...once, ...(await backend.readCounts(counts))];
      backend.free(tensor);
      backend.freeCounts(counts);
      return { actual, expected: [1, 2, 2, 4] };
    },
  },
];

async function counted(
  backend: TensorBackend,
  bins: number,
  count: (counts: CountBuffer, tensor: TensorBuffer) => void,
  binOf: (value: number) => number | null,
): Promise<{ actual: number[]; expected: number[] }> {
  const counts = backend.allocateCounts(bins);
  const expected = new Array<number>(bins).fill(0);
  for (const values of TENSORS) {
    const tensor = backend.upload(values.slice());
    count(counts, tensor);
    backend.free(tensor);
    for (const value of values) {
      const bin = binOf(value);
      if (bin !== null) expected[bin] = (expected[bin] ?? 0) + 1;
    }
  }
  const actual = [...(await backend.readCounts(counts))];
  backend.freeCounts(counts);
  return { actual, expected };
}

function magnitudeBits(value: number): number {
  return new DataView(Float32Array.of(Math.abs(value)).buffer).getUint32(0, true);
}

function highBits(value: number): number {
  return Math.floor(magnitudeBits(value) / MAGNITUDE_LOW_BINS);
}
