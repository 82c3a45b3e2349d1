/** The engine with its real parts and a hand on the GPU: devices are destroyed at moments that a test names. */
import { expose } from 'comlink';
import type { EngineChoice, StudioState } from '../../src/engine/api';
import { createEngine } from '../../src/engine/engine';
import { loadWasmInBrowser } from '../../src/runtime/ort/wasm-browser';
import { createWebgpuEngine } from '../../src/runtime/ort/webgpu';
import type { OrtEngine } from '../../src/runtime/types';
import { requestStudioDevice } from '../../src/runtime/webgpu/device';
import { openLibrary } from '../../src/storage/library';

/**
 * When a device is lost: while it makes its nth session or runs its nth batch, or as soon as it is there. `crash`:
 * while it makes its nth session, and its functions throw, as they do when the GPU process dies.
 */
export interface Loss {
  readonly moment: 'session' | 'crash' | 'run' | 'start';
  readonly nth: number;
}

const unhandled: string[] = [];
self.addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));

/** One for each device that is to be lost, in order. */
let losses: Loss[] = [];
const devices: GPUDevice[] = [];

function breakDevice(device: GPUDevice): void {
  Object.defineProperty(device, 'createBuffer', {
    value: () => {
      device.destroy();
      throw new DOMException('A valid external Instance reference no longer exists.');
    },
  });
}

/** The engine of one device, which is lost when `loss` says so: what it was doing is then under way. */
function losing(engine: OrtEngine, device: GPUDevice, loss: Loss | undefined): OrtEngine {
  let sessions = 0;
  let runs = 0;
  return {
    ...engine,
    async createSession(model) {
      sessions++;
      if (loss?.moment === 'crash' && sessions === loss.nth) breakDevice(device);
      const making = engine.createSession(model);
      if (loss?.moment === 'session' && sessions === loss.nth) device.destroy();
      const session = await making;
      return {
        release: session.release,
        run(feeds) {
          const running = session.run(feeds);
          if (loss?.moment === 'run' && ++runs === loss.nth) device.destroy();
          return running;
        },
      };
    },
  };
}

const { commands: studio } = createEngine({
  library: openLibrary(),
  version: 'test',
  runtime: {
    loadWasm: loadWasmInBrowser,
    async requestDevice() {
      const found = await requestStudioDevice();
      devices.push(found.device);
      return found;
    },
    async createWebgpuEngine(device) {
      const loss = losses.shift();
      const engine = losing(await createWebgpuEngine(device), device, loss);
      if (loss?.moment === 'start') device.destroy();
      return engine;
    },
  },
});

const worker = {
  connect: (listener: (state: StudioState) => void) => studio.connect(listener),
  addCheckpoints: studio.addCheckpoints,
  addTaskImages: studio.addTaskImages,
  setScalingFactor: studio.setScalingFactor,
  async chooseEngine(choice: EngineChoice, planned: Loss[]) {
    losses = planned;
    await studio.chooseEngine(choice);
  },
  /** Loses the device in use, whatever it is doing. */
  lose: () => devices.at(-1)?.destroy(),
  devices: () => devices.length,
  unhandled: () => unhandled,
};

export type DeviceLossWorker = typeof worker;

expose(worker);
