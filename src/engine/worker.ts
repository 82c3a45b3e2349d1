/** The engine's worker: puts the engine together from the browser's parts and offers it to the page. */
import { expose } from 'comlink';
import { createMatrixThreads } from '../method/matrices/threads';
import { loadWasmInBrowser } from '../runtime/ort/wasm-browser';
import { requestStudioDevice } from '../runtime/webgpu/device';
import { openLibrary } from '../storage/library';
import { version } from '../version';
import { createEngine } from './engine';
import { beginWorkersFromPage } from './page-threads/page-workers';
import { createHashingThreads } from './pool/hashing-threads';
import { READY } from './ready';
import { createTeamThreads } from './scoring/team-threads';
import { answeringThread } from './thread';

beginWorkersFromPage();

// A promise that nobody waited for reaches the page as errors do.
addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  reportError(event.reason);
});

const startHashing = () =>
  new Worker(new URL('./pool/hashing-worker.ts', import.meta.url), { type: 'module' });
const startMatrices = () =>
  new Worker(new URL('./pool/matrix-worker.ts', import.meta.url), { type: 'module' });

expose(
  createEngine({
    library: openLibrary(),
    version,
    hasher: createHashingThreads(
      (hear) => answeringThread(startHashing(), hear),
      navigator.hardwareConcurrency,
    ),
    runtime: {
      team: createTeamThreads(),
      matrices: createMatrixThreads(
        (hear) => answeringThread(startMatrices(), hear),
        navigator.hardwareConcurrency,
      ),
      loadWasm: loadWasmInBrowser,
      requestDevice: requestStudioDevice,
      // Loaded when a GPU is there: its 27 MB are not for pages that compute on the CPU.
      createWebgpuEngine: async (device) =>
        (await import('../runtime/ort/webgpu')).createWebgpuEngine(device),
    },
  }).commands,
);
postMessage(READY);
