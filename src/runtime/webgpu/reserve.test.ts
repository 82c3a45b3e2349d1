import { beforeEach, describe, expect, it, vi } from 'vitest';
import { reserveMemory } from './reserve';

/** A device with so many bytes, which reports the rest as WebGPU does: through the error scope that was pushed last. */
function fakeDevice(capacity: number, failure: 'reported' | 'lost' = 'reported') {
  const held = new Set<number>();
  let used = 0;
  let failed = false;
  const device = {
    pushErrorScope: () => undefined,
    popErrorScope: () => {
      const outcome = failed;
      failed = false;
      if (!outcome) return Promise.resolve(null);
      return failure === 'lost'
        ? Promise.reject(new Error('lost'))
        : Promise.resolve({ message: 'oom' });
    },
    createBuffer: ({ size }: { size: number }) => {
      const id = held.size;
      if (used + size > capacity) failed = true;
      else used += size;
      held.add(id);
      return { destroy: () => held.delete(id) };
    },
  };
  return { device: device as unknown as GPUDevice, held };
}

beforeEach(() => {
  // Node has no WebGPU constants.
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 128 });
});

describe('memory that is asked for before the work', () => {
  it('is granted and let go again', async () => {
    const { device, held } = fakeDevice(4e9);
    await reserveMemory(device, 3.6e9);
    expect(held.size).toBe(0);
  });

  it.each(['reported', 'lost'] as const)(
    'is refused with needed and available (%s)',
    async (how) => {
      const { device, held } = fakeDevice(2e9, how);
      await expect(reserveMemory(device, 3.6e9)).rejects.toThrow(
        'The merge needs 3.6 GB on the GPU, and 1.9 GB could be had. Choose the CPU engine',
      );
      expect(held.size).toBe(0);
    },
  );
});
