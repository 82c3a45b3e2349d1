import { describe, expect, it } from 'vitest';
import { testExactness } from '../self-test';
import { BACKEND_CASES } from '../testing/backend-cases';
import type { TensorBackend } from '../types';
import { cpuBufferData, createCpuBackend } from './backend';
import { createReferenceBackend } from './reference';

describe.each([
  ['CPU backend', createCpuBackend],
  ['reference', createReferenceBackend],
])('%s', (_name, create) => {
  for (const { name, run } of BACKEND_CASES) {
    it(name, async () => {
      const { actual, expected } = await run(create());
      expect(actual).toEqual(expected);
    });
  }
});

it('lets go of what is freed while somebody still holds the buffer', () => {
  const backend = createCpuBackend();
  const buffer = backend.allocate(1000);
  expect(cpuBufferData(buffer)).toHaveLength(1000);
  backend.free(buffer);
  expect(cpuBufferData(buffer)).toHaveLength(0);
});

describe.each([
  ['CPU backend', createCpuBackend],
  ['reference', createReferenceBackend],
])('the memory of a buffer of the %s', (_name, create) => {
  // More than the kernels' own memory has room for.
  const length = 2 ** 25;

  it('is given back at once when it is freed, however it was made', async () => {
    const backend = create();
    const makers = [
      () => backend.allocate(length),
      () => backend.borrow(length),
      () => backend.receive(length, async (memory) => memory.set([1])),
    ];
    for (const make of makers) {
      const buffer = await make();
      const array = cpuBufferData(buffer);
      expect(array.length).toBe(length);
      backend.free(buffer);
      expect(array.length).toBe(0);
    }
  });

  it('stays where others lie in it as well, and with whom it was taken by', async () => {
    const backend = create();
    const common = new Float32Array([1, 2, 3]);
    backend.free(backend.upload(common.subarray(1)));
    expect(common).toEqual(new Float32Array([1, 2, 3]));
    const whole = backend.allocate(3);
    backend.write(whole, common);
    expect(await backend.take(whole)).toEqual(common);
    expect(cpuBufferData(whole)).toHaveLength(0);
  });
});

describe('self-test', () => {
  it('finds the reference exact', async () => {
    expect(await testExactness(createCpuBackend())).toMatchObject({ exact: true });
  });

  it.each([
    ['fuses multiply and add', fusing()],
    ['flushes subnormals', flushing()],
    ['reassociates sums', reassociating()],
  ])('notices a backend that %s', async (liberty, backend) => {
    const { exact, detail } = await testExactness(backend);
    expect(exact).toBe(false);
    expect(detail).toContain(liberty);
  });
});

/** A CPU backend that passes for a GPU and changes the data that an operation works on. */
function tampered(changes: (data: DataOf) => Partial<TensorBackend>): TensorBackend {
  const cpu = createCpuBackend();
  const dataOf: DataOf = (buffer) => (buffer as unknown as { data: Float32Array }).data;
  return { ...cpu, ...changes(dataOf), kind: 'webgpu' };
}
type DataOf = (buffer: object) => Float32Array;

function fusing(): TensorBackend {
  return tampered((dataOf) => ({
    scaleAndAdd(out, base, sum, factor) {
      const [o, b, s] = [dataOf(out), dataOf(base), dataOf(sum)];
      // float64 holds the product of two float32 exactly, as a fused multiply-add does.
      for (let i = 0; i < o.length; i++)
        o[i] = (b[i] as number) + Math.fround(factor) * (s[i] as number);
    },
  }));
}

function flushing(): TensorBackend {
  const flush = (value: number) => (Math.abs(value) < 2 ** -126 ? 0 : value);
  return tampered((dataOf) => ({
    scaleAndAdd(out, base, sum, factor) {
      const [o, b, s] = [dataOf(out), dataOf(base), dataOf(sum)];
      for (let i = 0; i < o.length; i++) {
        const scaled = flush(Math.fround(Math.fround(factor) * flush(s[i] as number)));
        o[i] = flush(Math.fround(flush(b[i] as number) + scaled));
      }
    },
  }));
}

function reassociating(): TensorBackend {
  const pending = new Map<object, number[]>();
  return tampered((dataOf) => ({
    accumulate(sum, base, tuned, _weight, first) {
      const [s, b, t] = [dataOf(sum), dataOf(base), dataOf(tuned)];
      // Sums in float64 over all experts and rounds once: as good, and not the same.
      const exact = first ? [] : (pending.get(sum) ?? []);
      for (let i = 0; i < s.length; i++) {
        exact[i] = (exact[i] ?? 0) + ((t[i] as number) - (b[i] as number));
        s[i] = exact[i] as number;
      }
      pending.set(sum, exact);
    },
  }));
}
