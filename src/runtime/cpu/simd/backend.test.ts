import { describe, expect, it } from 'vitest';
import { counted, differences, OPERATIONS, outcome, PLACES, SAME } from '../../testing/operations';
import { anyFloats, bits } from '../../testing/values';
import type { TensorBackend } from '../../types';
import { cpuBufferData, createReferenceBackend } from '../reference';
import { createSimdBackend } from './backend';
import { type Kernels, simdKernels } from './kernels';

const kernels = simdKernels() as Kernels;

describe.each(OPERATIONS)('%s', (_name, operation) => {
  it('gives the bits of the reference, wherever its operands lie, and changes no others', async () => {
    const expected = await outcome(createReferenceBackend(), operation, 0);
    for (const inside of PLACES) {
      const actual = await outcome(createSimdBackend(kernels), operation, inside);
      expect(differences(actual, expected)).toEqual(SAME);
    }
  });
});

it.each([0, 7])('counts as the reference does (places: %i)', async (inside) => {
  const actual = await counted(createSimdBackend(kernels), inside);
  expect(differences(actual, await counted(createReferenceBackend(), inside))).toEqual(SAME);
});

it('drops the same of any length, and nothing beyond it', async () => {
  const room = 80;
  const values = anyFloats(room, 9).map((value) => value || 1);
  for (let length = 1; length < room; length++) {
    // The last blocks wrap around.
    const pattern = { key: [1, length], stream: [2, 3, 4], limit: 2 ** 23 } as const;
    for (const first of [0, 4 * (2 ** 32 - 3)]) {
      const dropped = async (backend: TensorBackend) => {
        const whole = await backend.receive(room, async (memory) => memory.set(values));
        backend.dropRandomly(backend.part(whole, 0, length), pattern, first);
        const read = await backend.read(whole);
        backend.free(whole);
        return bits(read);
      };
      const expected = await dropped(createReferenceBackend());
      const actual = await dropped(createSimdBackend(kernels));
      // What pads the vector to a whole block is computed with.
      const end = Math.ceil(length / 4) * 4;
      expect(actual.slice(0, length)).toEqual(expected.slice(0, length));
      expect(actual.slice(end)).toEqual(bits(values).slice(end));
    }
  }
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
