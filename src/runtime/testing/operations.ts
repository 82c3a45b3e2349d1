/** Every element-wise operation on operands that have all there is: what any backend in SIMD is compared with the reference by. */
import {
  type Agreement,
  MAGNITUDE_HIGH_BINS,
  MAGNITUDE_LOW_BINS,
  type Sign,
  type TensorBackend,
  type TensorBuffer,
} from '../types';
import { anyFloats, bits, coarse } from './values';

/** More than two tiles or chunks, and neither whole ones nor whole blocks. */
const LENGTH = 2 ** 15 + 7;

/** All kinds of numbers, NaN among them, and few different ones, so that ties and zeros come up. */
const OPERANDS = [0, 1, 2].map((seed) => {
  const values = anyFloats(LENGTH, seed + 1);
  values.set(coarse(LENGTH >> 1, seed + 1), LENGTH >> 2);
  for (let i = seed; i < LENGTH; i += 97) values[i] = Number.NaN;
  return values;
});

export type Operation = (
  backend: TensorBackend,
  a: TensorBuffer,
  b: TensorBuffer,
  c: TensorBuffer,
) => void;

const WEIGHTS = [1, 0.3, -1.37, 0, -0, 1e-40, Infinity];
const SIGNS: readonly Sign[] = [-1, 0, 1];
const AGREEMENTS: readonly Agreement[] = ['sum', 'count', 'largest'];
const PATTERN = { key: [3, 4], stream: [5, 6, 7], limit: 9_000_000 } as const;

export const OPERATIONS: readonly (readonly [string, Operation])[] = [
  ...WEIGHTS.flatMap((weight): [string, Operation][] => [
    [`accumulate ${weight}`, (on, a, b, c) => on.accumulate(a, b, c, weight, false)],
    [`accumulate ${weight} first`, (on, a, b, c) => on.accumulate(a, b, c, weight, true)],
    [`scaleAndAdd ${weight}`, (on, a, b, c) => on.scaleAndAdd(a, b, c, weight)],
    [`addScaled ${weight}`, (on, a, b) => on.addScaled(a, b, weight, false)],
    [`addScaled ${weight} first`, (on, a, b) => on.addScaled(a, b, weight, true)],
    [`trim ${weight}`, (on, a) => on.trim(a, weight)],
  ]),
  ...[3, 0.7, 2 ** -126].map((divisor): [string, Operation] => [
    `divide ${divisor}`,
    (on, a) => on.divide(a, divisor),
  ]),
  ['divideEach', (on, a, b) => on.divideEach(a, b)],
  ['takeLarger', (on, a, b) => on.takeLarger(a, b)],
  ...SIGNS.flatMap((tie): [string, Operation][] => [
    ...AGREEMENTS.map((agreement): [string, Operation] => [
      `mergeAgreeing ${agreement} ${tie}`,
      (on, a, b, c) => on.mergeAgreeing(a, b, c, tie, agreement),
    ]),
    [`applySign ${tie}`, (on, a, b) => on.applySign(a, b, tie)],
  ]),
  ['dropRandomly', (on, a) => on.dropRandomly(a, PATTERN, 0)],
  ['dropRandomly from a middle', (on, a) => on.dropRandomly(a, PATTERN, 400)],
];

/** One NaN is as good as another. */
function comparable(values: Float32Array): number[] {
  return bits(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)));
}

/** Those of `inside`, bit by bit, are received, as what is worked on for a moment is. */
export async function operands(backend: TensorBackend, inside: number): Promise<TensorBuffer[]> {
  return Promise.all(
    OPERANDS.map((values, i) =>
      (inside >> i) & 1
        ? backend.receive(values.length, async (memory) => memory.set(values))
        : backend.upload(values.slice()),
    ),
  );
}

/** All operands after it. */
export async function outcome(
  backend: TensorBackend,
  operation: Operation,
  inside: number,
): Promise<number[][]> {
  const buffers = await operands(backend, inside);
  const [a, b, c] = buffers;
  if (a && b && c) operation(backend, a, b, c);
  const results = await Promise.all(buffers.map((buffer) => backend.read(buffer)));
  for (const buffer of buffers) backend.free(buffer);
  return results.map(comparable);
}

/** The upper bits of numbers from 1 on. */
const HIGH = 0x3f800000 >>> 15;

/** All counters after every kind of counting. */
export async function counted(backend: TensorBackend, inside: number): Promise<number[][]> {
  const counts = [MAGNITUDE_HIGH_BINS, MAGNITUDE_LOW_BINS, 2].map((bins) =>
    backend.allocateCounts(bins),
  );
  const [upper, lower, signs] = counts;
  for (const buffer of await operands(backend, inside)) {
    if (upper) backend.countMagnitudes(upper, buffer, null);
    if (lower) backend.countMagnitudes(lower, buffer, HIGH);
    if (signs) backend.countSigns(signs, buffer);
    backend.free(buffer);
  }
  const read = await Promise.all(counts.map((one) => backend.readCounts(one)));
  for (const one of counts) backend.freeCounts(one);
  return read.map((bins) => [...bins]);
}

/** Which of three operands lie in the kernels' own memory, bit by bit. */
export const PLACES = [0, 1, 2, 3, 4, 5, 6, 7];

/** No differences in three of them. */
export const SAME: readonly number[][] = [[], [], []];

/** Of each list the first few places where they differ: whole arrays make no readable message. */
export function differences(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
): number[][] {
  return expected.map((values, i) =>
    values.flatMap((value, at) => (value === actual[i]?.[at] ? [] : [at])).slice(0, 5),
  );
}
