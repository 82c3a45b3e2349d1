/**
 * One table of tests for every tensor backend: the CPU in Node, the WGSL in a browser. Each case runs on a backend and
 * returns what it got and what the definition says, as bits.
 */
import type { TensorBackend, TensorBuffer } from '../types';
import { COUNTING_CASES } from './counting-cases';
import { METHOD_CASES } from './method-cases';
import { type BackendCase, bits, noise } from './values';

const f = Math.fround;

/** Lengths around the kernels' blocks of 4 and workgroups of 256 blocks. */
const LENGTHS = [1, 3, 4, 5, 1023, 1024, 1025, 4099];

export const BACKEND_CASES: readonly BackendCase[] = [
  ...LENGTHS.map(
    (length): BackendCase => ({
      name: `merges ${length} elements from three experts`,
      run: (backend) =>
        merge(
          backend,
          noise(length),
          [1, 2, 3].map((seed) => noise(length, seed)),
          [1, 1, 1],
          0.3,
        ),
    }),
  ),
  ...[-1, 0, 0.5, 0.7, 1, 1.37, -123.456].map(
    (factor): BackendCase => ({
      name: `rounds after every operation at scaling factor ${factor}`,
      run: (backend) => merge(backend, noise(500), [noise(500, 9), noise(500, 10)], [1, 1], factor),
    }),
  ),
  // As doubles, rounded once: 0.3 and 0.1 rounded first have another product.
  ...[0.3 * 0.1, 1.37 * -0.7, 0.8 * 0].map(
    (factor): BackendCase => ({
      name: `rounds the product of scaling factor and layer factor once: ${factor}`,
      run: async (backend) => {
        const [base, sum] = [noise(1027), noise(1027, 12)];
        const buffers = [
          backend.upload(base.slice()),
          backend.upload(sum.slice()),
          backend.allocate(1027),
        ] as const;
        backend.scaleAndAdd(buffers[2], buffers[0], buffers[1], factor);
        const actual = bits(await backend.read(buffers[2]));
        for (const buffer of buffers) backend.free(buffer);
        const expected = base.map((value, i) => f(value + f(f(factor) * (sum[i] ?? 0))));
        return { actual, expected: bits(expected) };
      },
    }),
  ),
  {
    name: 'applies weights before the sum, and a weight of 1 not at all',
    run: (backend) =>
      merge(
        backend,
        noise(777),
        [noise(777, 4), noise(777, 5), noise(777, 6)],
        [0.9, 1, -0.35],
        0.7,
      ),
  },
  {
    name: 'keeps negative zero where the definition does',
    run: (backend) => merge(backend, [-0, 0, -0, 1], [[-0, -0, 0, 1]], [1], 0.5),
  },
  {
    name: 'overwrites and reads back what was written',
    async run(backend) {
      const buffer = backend.upload(noise(10));
      backend.write(buffer, noise(10, 3));
      const actual = bits(await backend.read(buffer));
      backend.free(buffer);
      return { actual, expected: bits(noise(10, 3)) };
    },
  },
  {
    name: 'reads into an array that later writing leaves as it is',
    async run(backend) {
      const buffer = backend.upload(noise(10));
      const read = await backend.read(buffer);
      backend.write(buffer, noise(10, 3));
      await backend.settled();
      backend.free(buffer);
      return { actual: bits(read), expected: bits(noise(10)) };
    },
  },
  {
    name: 'allocates zeros',
    async run(backend) {
      const buffer = backend.allocate(7);
      const actual = bits(await backend.read(buffer));
      backend.free(buffer);
      return { actual, expected: [0, 0, 0, 0, 0, 0, 0] };
    },
  },
  {
    name: 'lends zeros, also where other values were before',
    async run(backend) {
      backend.free(await backend.receive(7, async (memory) => memory.set(noise(7))));
      const buffer = backend.borrow(7);
      const actual = bits(await backend.read(buffer));
      backend.free(buffer);
      return { actual, expected: [0, 0, 0, 0, 0, 0, 0] };
    },
  },
  {
    name: 'holds what is written to its memory',
    async run(backend) {
      const received = await backend.receive(10, async (memory) => memory.set(noise(10)));
      const filled = backend.allocate(5);
      await backend.fill(filled, async (memory) => memory.set(noise(5, 3)));
      const actual = [...bits(await backend.read(received)), ...bits(await backend.read(filled))];
      for (const buffer of [received, filled]) backend.free(buffer);
      return { actual, expected: [...bits(noise(10)), ...bits(noise(5, 3))] };
    },
  },
  {
    name: 'copies into a place of a larger buffer',
    async run(backend) {
      const target = backend.upload(noise(12));
      const source = await backend.receive(5, async (memory) => memory.set(noise(5, 3)));
      backend.copy(target, 4, source);
      backend.free(source);
      const actual = bits(await backend.read(target));
      backend.free(target);
      const expected = noise(12);
      expected.set(noise(5, 3), 4);
      return { actual, expected: bits(expected) };
    },
  },
  {
    name: 'reads a part of a buffer where it lies, cut up as it works on them',
    async run(backend) {
      const whole = backend.allocate(40);
      await backend.fill(whole, async (memory) => memory.set(noise(40)));
      const [begin, length] = Number.isFinite(backend.parts.length) ? [20, 19] : [0, 40];
      const sum = backend.borrow(length);
      backend.addScaled(sum, backend.part(whole, begin, length), 1, true);
      const actual = bits(await backend.read(sum));
      for (const buffer of [sum, whole]) backend.free(buffer);
      return { actual, expected: bits(noise(40).subarray(begin, begin + length)) };
    },
  },
  {
    name: 'gives away what it held',
    async run(backend) {
      const kept = backend.allocate(6);
      backend.write(kept, noise(6));
      const lent = await backend.receive(6, async (memory) => memory.set(noise(6, 3)));
      const taken = [await backend.take(kept), await backend.take(lent)];
      backend.free(await backend.receive(6, async (memory) => memory.set(noise(6, 4))));
      return { actual: taken.flatMap(bits), expected: [noise(6), noise(6, 3)].flatMap(bits) };
    },
  },
  {
    name: 'computes with what is lent as with what is kept',
    async run(backend) {
      const length = 1025;
      const base = await backend.receive(length, async (memory) => memory.set(noise(length)));
      const tuned = backend.upload(noise(length, 1));
      const sum = backend.borrow(length);
      backend.accumulate(sum, base, tuned, 0.9, false);
      const out = backend.allocate(length);
      backend.scaleAndAdd(out, base, sum, 0.3);
      const actual = bits(await backend.read(out));
      await backend.settled();
      for (const buffer of [base, tuned, sum, out]) backend.free(buffer);
      return { actual, expected: bits(define(noise(length), [noise(length, 1)], [0.9], 0.3)) };
    },
  },
  {
    name: 'keeps the order of what is submitted when parameters change in between',
    async run(backend) {
      const base = backend.upload(noise(300));
      const sum = backend.upload(noise(300, 2));
      const outs = [0.1, 0.2, 0.3].map((factor) => {
        const out = backend.allocate(300);
        backend.scaleAndAdd(out, base, sum, factor);
        return out;
      });
      const actual: number[] = [];
      for (const out of outs) actual.push(...bits(await backend.read(out)));
      await backend.settled();
      for (const buffer of [base, sum, ...outs]) backend.free(buffer);
      const expected = [0.1, 0.2, 0.3].flatMap((factor) =>
        bits(noise(300).map((b, i) => f(b + f(f(factor) * (noise(300, 2)[i] as number))))),
      );
      return { actual, expected };
    },
  },
  ...METHOD_CASES,
  ...COUNTING_CASES,
];

async function merge(
  backend: TensorBackend,
  base: ArrayLike<number>,
  tuned: readonly ArrayLike<number>[],
  weights: readonly number[],
  factor: number,
): Promise<{ actual: number[]; expected: number[] }> {
  const upload = (values: ArrayLike<number>): TensorBuffer =>
    backend.upload(Float32Array.from(values));
  const theta = upload(base);
  const sum = backend.allocate(theta.length);
  const out = backend.allocate(theta.length);
  for (const [i, values] of tuned.entries()) {
    const expert = upload(values);
    backend.accumulate(sum, theta, expert, weights[i] ?? 1, i === 0);
    backend.free(expert);
  }
  backend.scaleAndAdd(out, theta, sum, factor);
  await backend.settled();
  const actual = bits(await backend.read(out));
  for (const buffer of [theta, sum, out]) backend.free(buffer);
  return { actual, expected: bits(define(base, tuned, weights, factor)) };
}

/** The definition, element by element: `theta_0 + lambda * ((w_1 tau_1 + w_2 tau_2) + ...)`, rounded at every step. */
function define(
  base: ArrayLike<number>,
  tuned: readonly ArrayLike<number>[],
  weights: readonly number[],
  factor: number,
): Float32Array {
  return Float32Array.from(base, (theta, i) => {
    const vectors = tuned.map((values, k) => {
      const tau = f((values[i] as number) - theta);
      return weights[k] === 1 ? tau : f(f(weights[k] as number) * tau);
    });
    const sum = vectors.slice(1).reduce((left, tau) => f(left + tau), vectors[0] as number);
    return f(theta + f(f(factor) * sum));
  });
}
