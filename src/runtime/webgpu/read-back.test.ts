import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceError } from '../../errors';
import { readBack } from './read-back';

beforeEach(() => {
  // Node has no WebGPU constants.
  vi.stubGlobal('GPUBufferUsage', { MAP_READ: 1, COPY_DST: 8 });
  vi.stubGlobal('GPUMapMode', { READ: 1 });
});

/** A device whose staging buffers hold `content` once they are mapped. */
function fakeDevice(content: Uint8Array<ArrayBuffer>, step: 'none' | 'copy' | 'submit' | 'map') {
  let held = 0;
  const failAt = (at: typeof step) => {
    if (at === step) throw new Error('lost');
  };
  const device = {
    createBuffer: () => {
      held++;
      return {
        mapAsync: async () => failAt('map'),
        getMappedRange: () => content.buffer,
        destroy: () => held--,
      };
    },
    createCommandEncoder: () => ({
      copyBufferToBuffer: () => failAt('copy'),
      finish: () => undefined,
    }),
    queue: { submit: () => failAt('submit') },
  };
  return { device: device as unknown as GPUDevice, held: () => held };
}

const buffer = { size: 16 } as GPUBuffer;

describe('reading back from the GPU', () => {
  it('gives a copy of the bytes asked for, and lets the staging buffer go', async () => {
    const content = Uint8Array.from({ length: 16 }, (_, i) => i);
    const { device, held } = fakeDevice(content, 'none');
    const result = await readBack(device, buffer, 12);
    expect(new Uint8Array(result)).toEqual(content.slice(0, 12));
    expect(result).not.toBe(content.buffer);
    expect(held()).toBe(0);
  });

  it.each(['copy', 'submit', 'map'] as const)(
    'that fails at %s lets the staging buffer go as well',
    async (step) => {
      const { device, held } = fakeDevice(new Uint8Array(16), step);
      await expect(readBack(device, buffer, 12)).rejects.toThrow(DeviceError);
      expect(held()).toBe(0);
    },
  );
});
