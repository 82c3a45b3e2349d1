import { describe, expect, it, vi } from 'vitest';
import { DeviceError } from '../../errors';
import { cpuBufferData } from '../../runtime/cpu/backend';
import type { OrtFeed } from '../../runtime/types';
import { fakeRuntime } from '../testing/fake-runtime';
import { MICRO } from '../testing/micro';
import { verifyVision } from './verify-vision';

const { vision, projectionDim } = MICRO;

/** A GPU whose embeddings are what `change` makes of the right ones. */
async function gpu(
  change: (right: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>,
  onRun: (feeds: Readonly<Record<string, OrtFeed>>) => void = () => undefined,
) {
  const fake = await fakeRuntime(undefined, { gpu: true });
  const { createSession } = fake.runtime.vision;
  const graphs: Uint8Array[] = [];
  vi.spyOn(fake.runtime.vision, 'createSession').mockImplementation(async (graph) => {
    graphs.push(graph);
    const session = await createSession(graph);
    return {
      release: session.release,
      async run(feeds) {
        onRun(feeds);
        const { image_embeds: right } = await session.run(feeds);
        return { image_embeds: change(right ?? new Float32Array(0)) };
      },
    };
  });
  return { ...fake, graphs };
}

/** Adds a part of the largest value to the last one. */
const off = (part: number) => (right: Float32Array<ArrayBuffer>) => {
  const largest = Math.max(...right.map(Math.abs));
  return right.with(-1, (right.at(-1) ?? 0) + part * largest);
};

async function verdict(
  change: (right: Float32Array<ArrayBuffer>) => Float32Array<ArrayBuffer>,
): Promise<unknown> {
  const { runtime, alive, ort, done } = await gpu(change);
  const error = await verifyVision(runtime, vision, projectionDim).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect([alive(), ort.alive()]).toEqual([0, 0]);
  expect(done.uploads).toBeGreaterThan(0);
  return error;
}

describe('the vision tower on a GPU', () => {
  it('is trusted where it agrees with plain wasm', async () => {
    expect(await verdict((right) => right)).toBeNull();
    expect(await verdict(off(9e-4))).toBeNull();
    expect(await verdict(off(-9e-4))).toBeNull();
  });

  it.each([
    ['too large a value', off(0.002)],
    ['too small a value', off(-0.002)],
    ['no number', (right: Float32Array<ArrayBuffer>) => right.with(1, Number.NaN)],
    ['zeros', (right: Float32Array<ArrayBuffer>) => right.fill(0)],
    ['too few', (right: Float32Array<ArrayBuffer>) => right.subarray(1)],
    ['twice as much', (right: Float32Array<ArrayBuffer>) => right.map((value) => 2 * value)],
  ])('is refused where it gives %s', async (_, change) => {
    expect(await verdict(change)).toBeInstanceOf(DeviceError);
  });

  it('is refused in words that say how wrong it is, and what to do', async () => {
    expect(String(await verdict((right) => right.map((_, i) => (i === 0 ? 1e9 : 0))))).toMatch(
      /^DeviceError: This GPU computes the vision tower wrongly \(largest difference 1\.0e\+9 of \d\S* against the CPU\)\. Choose the CPU engine\.$/,
    );
  });

  it('is compared in one layer, whatever its depth', async () => {
    const shallow = await gpu((right) => right);
    await verifyVision(shallow.runtime, vision, projectionDim);
    const deep = await gpu((right) => right);
    await verifyVision(deep.runtime, { ...vision, layers: 12 }, projectionDim);
    expect(deep.graphs).toEqual(shallow.graphs);
    expect(deep.done.uploads).toBe(shallow.done.uploads);
  });

  it('is compared on numbers that make every part of it count', async () => {
    const feeds: Record<string, number[]> = {};
    const { runtime } = await gpu(
      (right) => right,
      (given) => {
        for (const [name, feed] of Object.entries(given)) {
          const data = 'data' in feed ? feed.data : cpuBufferData(feed.buffer);
          feeds[name] = Array.from(data, Number);
        }
      },
    );
    await verifyVision(runtime, vision, projectionDim);
    const range = (values: number[]) => Math.max(...values.map(Math.abs));
    for (const [name, values] of Object.entries(feeds)) {
      const most = name === 'patches' ? 1 : name.endsWith('weight') ? 0.2 : 0.05;
      expect(range(values), name).toBeLessThanOrEqual(Math.fround(most));
      expect(range(values), name).toBeGreaterThan(most / 4);
      expect(new Set(values).size, name).toBe(values.length);
    }
    const { patches = [] } = feeds;
    expect(patches).toHaveLength(48);
    expect(patches.some((value) => value < -0.5)).toBe(true);
    expect(patches.some((value) => value > 0.5)).toBe(true);
  });

  it('is given back where it cannot be run', async () => {
    const { runtime, alive, ort } = await gpu(() => {
      throw new Error('lost');
    });
    await expect(verifyVision(runtime, vision, projectionDim)).rejects.toThrow('lost');
    expect([alive(), ort.alive()]).toEqual([0, 0]);
  });
});

it('is not compared with itself on wasm', async () => {
  const { runtime, done, ort } = await fakeRuntime();
  const create = vi.spyOn(runtime.vision, 'createSession');
  await verifyVision(runtime, vision, projectionDim);
  expect(create).not.toHaveBeenCalled();
  expect([done.uploads, ort.alive()]).toEqual([0, 0]);
});
