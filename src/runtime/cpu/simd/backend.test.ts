import { describe, expect, it } from 'vitest';
import { anyFloats, bits, coarse } from '../../testing/values';
import type { Agreement, Sign, TensorBackend, TensorBuffer } from '../../types';
import { cpuBufferData, createReferenceBackend } from '../reference';
import { createSimdBackend } from './backend';
import { type Kernels, simdKernels, TILE_BYTES } from './kernels';

const kernels = simdKernels() as Kernels;

/** More than a tile, and neither whole tiles nor whole blocks. */
const LENGTH = (2 * TILE_BYTES) / 4 + 7;

/** All kinds of numbers, NaN among them, and few different ones, so that ties and zeros come up. */
const OPERANDS = [0, 1, 2].map((seed) => {
  const values = anyFloats(LENGTH, seed + 1);
  values.set(coarse(LENGTH >> 1, seed + 1), LENGTH >> 2);
  for (let i = seed; i < LENGTH; i += 97) values[i] = Number.NaN;
  return values;
});

type Operation = (
  backend: TensorBackend,
  a: TensorBuffer,
  b: TensorBuffer,
  c: TensorBuffer,
) => void;

const WEIGHTS = [1, 0.3, -1.37, 0, -0, 1e-40, Infinity];
const SIGNS: readonly Sign[] = [-1, 0, 1];
const AGREEMENTS: readonly Agreement[] = ['sum', 'count', 'largest'];
const PATTERN = { key: [3, 4], stream: [5, 6, 7], limit: 9_000_000 } as const;

const OPERATIONS: readonly (readonly [string, Operation])[] = [
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

/** Which of three operands lie in the kernels' own memory. */
const PLACES = [0, 1, 2, 3, 4, 5, 6, 7];

async function operands(backend: TensorBackend, inside: number): Promise<TensorBuffer[]> {
  return Promise.all(
    OPERANDS.map((values, i) =>
      (inside >> i) & 1
        ? backend.receive(values.length, async (memory) => memory.set(values))
        : backend.upload(values.slice()),
    ),
  );
}

async function outcome(
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

describe.each(OPERATIONS)('%s', (_name, operation) => {
  it('gives the bits of the reference, wherever its operands lie, and changes no others', async () => {
    const expected = await outcome(createReferenceBackend(), operation, 0);
    for (const inside of PLACES) {
      const actual = await outcome(createSimdBackend(kernels), operation, inside);
      expect(actual.map((values, i) => differences(values, expected[i] ?? []))).toEqual([
        [],
        [],
        [],
      ]);
    }
  });
});

/** The first few places where they differ: whole arrays make no readable message. */
function differences(actual: readonly number[], expected: readonly number[]): number[] {
  const places = actual.flatMap((value, i) => (value === expected[i] ? [] : [i]));
  return places.slice(0, 5);
}

describe('counting', () => {
  const HIGH = 0x3f800000 >>> 15;
  it.each([true, false])('gives the numbers of the reference (inside: %s)', async (inside) => {
    const counted = async (backend: TensorBackend) => {
      const counts = [2 ** 16, 2 ** 15, 2].map((bins) => backend.allocateCounts(bins));
      const [upper, lower, signs] = counts;
      const buffers = await operands(backend, inside ? 7 : 0);
      for (const buffer of buffers) {
        if (upper) backend.countMagnitudes(upper, buffer, null);
        if (lower) backend.countMagnitudes(lower, buffer, HIGH);
        if (signs) backend.countSigns(signs, buffer);
        backend.free(buffer);
      }
      const read = await Promise.all(counts.map((one) => backend.readCounts(one)));
      for (const one of counts) backend.freeCounts(one);
      return read.map((bins) => [...bins]);
    };
    const actual = await counted(createSimdBackend(kernels));
    const expected = await counted(createReferenceBackend());
    expect(actual.map((bins, i) => differences(bins, expected[i] ?? []))).toEqual([[], [], []]);
  });
});

describe('the kernels’ own memory', () => {
  const backend = createSimdBackend(kernels);

  it('is used again', async () => {
    const first = backend.borrow(1000);
    const { byteOffset, buffer } = cpuBufferData(first);
    expect(buffer).toBe(kernels.memory);
    backend.free(first);
    expect(cpuBufferData(first)).toHaveLength(0);
    const second = backend.borrow(1000);
    expect(cpuBufferData(second).byteOffset).toBe(byteOffset);
    backend.free(second);
  });

  it('is given back where what should fill it fails', async () => {
    const place = async () => {
      const buffer = backend.borrow(1000);
      const { byteOffset } = cpuBufferData(buffer);
      backend.free(buffer);
      return byteOffset;
    };
    const before = await place();
    const failing = backend.receive(1000, () => Promise.reject(new Error('unreadable')));
    await expect(failing).rejects.toThrow('unreadable');
    expect(await place()).toBe(before);
  });

  it('is not needed: what finds no room in it lies elsewhere', async () => {
    const huge = backend.borrow(kernels.memory.byteLength / 8);
    const other = backend.borrow(kernels.memory.byteLength / 8);
    expect(cpuBufferData(other).buffer).not.toBe(kernels.memory);
    const counts = [backend.allocateCounts(2 ** 23), backend.allocateCounts(2 ** 23)];
    for (const buffer of [huge, other]) backend.free(buffer);
    for (const one of counts) backend.freeCounts(one);
  });
});
