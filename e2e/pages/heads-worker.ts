/** The engine with its real parts, on the CPU, and counts of the batches of prompts and of pictures that it runs. */
import { expose } from 'comlink';
import type { StudioState } from '../../src/engine/api';
import { createEngine } from '../../src/engine/engine';
import { countedWasm } from '../../src/engine/testing/counted-wasm';
import { loadWasmInBrowser } from '../../src/runtime/ort/wasm-browser';
import { openLibrary } from '../../src/storage/library';

const wasm = countedWasm(loadWasmInBrowser);

const unavailable = async () => {
  throw new Error('This page computes on the CPU.');
};

const { commands: studio } = createEngine({
  library: openLibrary(),
  version: 'test',
  runtime: { loadWasm: wasm.load, requestDevice: unavailable, createWebgpuEngine: unavailable },
});

const worker = {
  connect: (listener: (state: StudioState) => void) => studio.connect(listener),
  addCheckpoints: studio.addCheckpoints,
  addTaskImages: studio.addTaskImages,
  textRuns: wasm.textRuns,
  visionRuns: wasm.visionRuns,
};

export type HeadsWorker = typeof worker;

expose(worker);
