/** Test support: a GPU as far as the engine sees it, which can be lost; what computes on it is the CPU. */
import { vi } from 'vitest';
import type { StudioDevice } from '../../runtime/webgpu/device';

export interface FakeGpu {
  readonly studio: StudioDevice;
  /** It is gone, for a reason in words. */
  lose(message: string): void;
  destroyed(): number;
}

export function fakeGpu({ software = false } = {}): FakeGpu {
  let lose: (info: { message: string; reason: string }) => void = () => undefined;
  const lost = new Promise<{ message: string; reason: string }>((resolve) => {
    lose = resolve;
  });
  // As WebGPU does: a device that is destroyed is lost.
  const destroy = vi.fn(() => lose({ message: 'destroyed', reason: 'destroyed' }));
  const device = { destroy, lost } as unknown as GPUDevice;
  return {
    studio: { device, adapter: 'Fake GPU', software },
    lose: (message) => lose({ message, reason: 'unknown' }),
    destroyed: () => destroy.mock.calls.length,
  };
}
