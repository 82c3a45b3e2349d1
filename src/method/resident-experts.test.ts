import { describe, expect, it } from 'vitest';
import type { ClipModel } from '../clip/types';
import { createResidentExperts } from './resident-experts';
import { createCountingBackend } from './testing/counting-backend';
import { vectorPool } from './testing/pool';

const NAMES = ['a', 'b'];
const never = new AbortController().signal;

/** Three experts of six elements in two tensors, and how often a file was read. */
function setUp(roomBytes?: number) {
  const vectors = [1, 2, 3].map((at) => ({ a: [at, at, at, at], b: [-at, at] }));
  const pool = vectorPool({ a: [0, 0, 0, 0], b: [0, 0] }, vectors);
  const reads: string[] = [];
  const experts = pool.experts.map(({ model }, place) => {
    const tensors = [...model.visionTensors].map(([name, source]) => [
      name,
      {
        ...source,
        read: async () => {
          reads.push(`${place}${name}`);
          return source.read();
        },
        readInto: undefined,
      },
    ]);
    const visionTensors: ClipModel['visionTensors'] = new Map(tensors as never);
    return { text: String(place), model: { ...model, visionTensors } };
  });
  const counting = createCountingBackend();
  const atHand = createResidentExperts(counting.backend, roomBytes);
  const hold = (
    places: readonly number[],
    { signal = never, told = [] as string[], refuse = false } = {},
  ) => {
    const wanted = places.flatMap((place) => experts[place] ?? []);
    const options = {
      names: NAMES,
      signal,
      onProgress: (done: number, total: number) => void told.push(`${done}/${total}`),
    };
    if (refuse) counting.backend.reserve = async () => Promise.reject(new Error('no room'));
    return atHand.hold(wanted, options);
  };
  return { reads, counting, atHand, hold };
}

const resident = (models: readonly ClipModel[]) => models.map((model) => 'resident' in model);

describe('resident experts', () => {
  it('are read once, in any order and choice of them', async () => {
    const { reads, counting, atHand, hold } = setUp();
    const told: string[] = [];
    expect(resident(await hold([0, 1, 2], { told }))).toEqual([true, true, true]);
    expect(told).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    expect(counting.held().elements).toBe(18);
    const read = [...reads];
    await hold([2, 0]);
    await hold([1]);
    expect(reads).toEqual(read);
    expect(new Set(read).size).toBe(6);
    atHand.free();
    expect(counting.held().elements).toBe(0);
  });

  it('are as many as there is room for, the first ones first', async () => {
    const { counting, hold } = setUp(60);
    expect(resident(await hold([0, 1, 2]))).toEqual([true, true, false]);
    // Who is out of the sum makes room.
    expect(resident(await hold([2, 1]))).toEqual([true, true]);
    expect(counting.held().elements).toBe(12);
  });

  it('are left to their files where the backend has no room', async () => {
    const { counting, reads, hold } = setUp();
    expect(resident(await hold([0, 1], { refuse: true }))).toEqual([false, false]);
    expect([counting.held().elements, reads]).toEqual([0, []]);
  });

  it('keep what was read where the reading is stopped', async () => {
    const { counting, reads, hold } = setUp();
    const controller = new AbortController();
    const told: string[] = [];
    told.push = () => {
      controller.abort();
      return 0;
    };
    await expect(hold([0, 1], { signal: controller.signal, told })).rejects.toThrow('aborted');
    expect(counting.held().elements).toBeGreaterThan(0);
    expect(resident(await hold([0, 1]))).toEqual([true, true]);
    expect(reads.length).toBe(new Set(reads).size);
  });
});
