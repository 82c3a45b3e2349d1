import { describe, expect, it, vi } from 'vitest';
import { createWasmEngine } from '../../runtime/ort/wasm';
import type { EngineChoice } from '../api';
import { type FakeGpu, fakeGpu } from '../testing/fake-gpu';
import { fakeOrt } from '../testing/fake-ort';
import { chooseRuntime, type RuntimeParts } from './runtime-choice';

vi.mock('../../runtime/webgpu/backend', async () => {
  const { countedBackend } = await import('../testing/counted-backend');
  return { createWebgpuBackend: () => countedBackend('webgpu').backend };
});

async function chosen(
  choice: EngineChoice,
  gpu: FakeGpu | Error | string,
  part: Partial<RuntimeParts> = {},
) {
  const { load } = fakeOrt(async () => undefined);
  const requestDevice = vi.fn(async () => {
    if (typeof gpu === 'string' || gpu instanceof Error) throw gpu;
    return gpu.studio;
  });
  const createWebgpuEngine = vi.fn(
    async () => ({ ...(await createWasmEngine(load)), provider: 'webgpu' }) as const,
  );
  const runtime = await chooseRuntime(choice, {
    loadWasm: load,
    requestDevice,
    createWebgpuEngine,
    ...part,
  });
  return { runtime, requestDevice, createWebgpuEngine };
}

describe('the runtime', () => {
  it('is the CPU where it was chosen, and no GPU is asked for', async () => {
    const { runtime, requestDevice } = await chosen('cpu', fakeGpu());
    expect(requestDevice).not.toHaveBeenCalled();
    expect(runtime.tensors.kind).toBe('cpu');
    expect(runtime.reason).toBe('The CPU engine was chosen.');
  });

  it.each(['auto', 'webgpu'] as const)('is a real GPU with %s', async (choice) => {
    const gpu = fakeGpu();
    const { runtime, createWebgpuEngine } = await chosen(choice, gpu);
    expect(runtime).toMatchObject({ reason: 'WebGPU on Fake GPU.', adapter: 'Fake GPU' });
    expect([runtime.tensors.kind, runtime.vision.provider]).toEqual(['webgpu', 'webgpu']);
    expect(runtime.software).toBe(false);
    expect(createWebgpuEngine).toHaveBeenCalledWith(gpu.studio.device);
    expect(gpu.destroyed()).toBe(0);
  });

  it('is the CPU with auto where the GPU is software, which is given back', async () => {
    const gpu = fakeGpu({ software: true });
    const { runtime } = await chosen('auto', gpu);
    expect(runtime.tensors.kind).toBe('cpu');
    expect(runtime.reason).toBe(
      'WebGPU is there, but only in software (Fake GPU), which is slower than the CPU engine.',
    );
    expect(gpu.destroyed()).toBe(1);
  });

  it('is a software GPU where that was chosen, and says that it is slow', async () => {
    const gpu = fakeGpu({ software: true });
    const { runtime } = await chosen('webgpu', gpu);
    expect(runtime.tensors.kind).toBe('webgpu');
    expect(runtime.software).toBe(true);
    expect(runtime.reason).toBe(
      'WebGPU was chosen; its adapter is software (Fake GPU), so this is slow.',
    );
    expect(gpu.destroyed()).toBe(0);
  });

  it.each(['auto', 'webgpu'] as const)(
    'is the CPU with %s where there is no GPU',
    async (choice) => {
      for (const reason of [
        new Error('This browser has no WebGPU.'),
        'This browser has no WebGPU.',
      ]) {
        const { runtime } = await chosen(choice, reason);
        expect(runtime.tensors.kind).toBe('cpu');
        expect(runtime.reason).toBe(
          'This browser has no WebGPU. Everything is computed on the CPU.',
        );
      }
    },
  );

  it('is the CPU where WebGPU does not start, and the GPU is given back', async () => {
    const gpu = fakeGpu();
    const { runtime } = await chosen('webgpu', gpu, {
      createWebgpuEngine: async () => {
        throw new Error('no such kernel');
      },
    });
    expect(runtime.tensors.kind).toBe('cpu');
    expect(runtime.reason).toBe(
      'WebGPU could not start (no such kernel). Everything is computed on the CPU.',
    );
    expect(gpu.destroyed()).toBe(1);
  });
});
