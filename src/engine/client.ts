/**
 * The page's end of the engine: its worker, started and wrapped as a typed object. Nothing is computed here. A worker
 * that is gone answers nothing, so every command still waiting for it is rejected here; a new one opens the same library.
 */
import { proxy, releaseProxy, wrap } from 'comlink';
import { DeviceError } from '../errors';
import type { StudioEngine } from './api';
import { beginThreadsFor } from './page-threads/begin-threads';
import { READY } from './ready';

export interface EngineHandle {
  readonly engine: StudioEngine;
  /** Told of what the worker could not handle itself: its program failed to load, or an error reached its top. */
  onTrouble(listener: (error: DeviceError) => void): void;
  /** Ends the worker; commands that still wait are rejected with a `DeviceError`. */
  close(): void;
}

/** Starts the engine's worker. */
export function openEngine(spawn: () => Worker = spawnWorker): EngineHandle {
  const worker = spawn();
  const threads = beginThreadsFor(worker);
  const remote = wrap<StudioEngine>(worker);
  const waiting = new Set<(error: DeviceError) => void>();
  const listeners = new Set<(error: DeviceError) => void>();
  let connected = false;
  let ended: DeviceError | null = null;

  const end = (error: DeviceError): void => {
    if (ended !== null) return;
    ended = error;
    worker.terminate();
    threads.end();
    remote[releaseProxy]();
    for (const reject of waiting) reject(error);
    waiting.clear();
  };

  const ready = new Promise<void>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === READY) resolve();
    });
  });

  const call = <T>(command: () => Promise<T>): Promise<T> => {
    if (ended !== null) return Promise.reject(ended);
    return new Promise<T>((resolve, reject) => {
      waiting.add(reject);
      ready
        .then(command)
        .then(resolve, reject)
        .finally(() => waiting.delete(reject));
    });
  };

  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const error = new DeviceError(troubleText(event.message, connected));
    if (!connected) end(error);
    for (const listener of listeners) listener(error);
  });

  const engine: StudioEngine = {
    connect: (listener) =>
      call(async () => {
        await remote.connect(proxy(listener));
        connected = true;
      }),
    expectTasks: () => call(() => remote.expectTasks()),
    unzipModels: (files) => call(() => remote.unzipModels(files)),
    addCheckpoints: (...parameters) => call(() => remote.addCheckpoints(...parameters)),
    addTaskImages: (...parameters) => call(() => remote.addTaskImages(...parameters)),
    editPool: (edit) => call(() => remote.editPool(edit)),
    editTask: (edit) => call(() => remote.editTask(edit)),
    setWeights: (weights) => call(() => remote.setWeights(weights)),
    setScalingFactor: (value) => call(() => remote.setScalingFactor(value)),
    setLayers: (wanted) => call(() => remote.setLayers(wanted)),
    setMethod: (...parameters) => call(() => remote.setMethod(...parameters)),
    restoreRecipe: (modelId) => call(() => remote.restoreRecipe(modelId)),
    setMerge: (settings) => call(() => remote.setMerge(settings)),
    applyMerge: (merge) => call(() => remote.applyMerge(merge)),
    pin: () => call(() => remote.pin()),
    takePins: (pins) => call(() => remote.takePins(pins)),
    editPins: (edit) => call(() => remote.editPins(edit)),
    applyPin: (id) => call(() => remote.applyPin(id)),
    comparePins: (pair) => call(() => remote.comparePins(pair)),
    exportConfiguration: (format) => call(() => remote.exportConfiguration(format)),
    applyConfiguration: (file) => call(() => remote.applyConfiguration(file)),
    sweep: (...parameters) => call(() => remote.sweep(...parameters)),
    search: (...parameters) => call(() => remote.search(...parameters)),
    compareTaskVectors: (jobId) => call(() => remote.compareTaskVectors(jobId)),
    compareDirections: (jobId) => call(() => remote.compareDirections(jobId)),
    compare: (jobId) => call(() => remote.compare(jobId)),
    exportComparison: () => call(() => remote.exportComparison()),
    lookAhead: (values) => call(() => remote.lookAhead(values)),
    stop: () => call(() => remote.stop()),
    cancel: (jobId) => call(() => remote.cancel(jobId)),
    chooseEngine: (choice) => call(() => remote.chooseEngine(choice)),
    exportModel: (...parameters) => call(() => remote.exportModel(...parameters)),
    releaseDownload: (download) => call(() => remote.releaseDownload(download)),
    exportReport: () => call(() => remote.exportReport()),
    sampleImages: (...parameters) => call(() => remote.sampleImages(...parameters)),
    taskInsight: (...parameters) => call(() => remote.taskInsight(...parameters)),
    pictureStory: (before) => call(() => remote.pictureStory(before)),
    taskPictures: (...parameters) => call(() => remote.taskPictures(...parameters)),
    tryPicture: (picture) => call(() => remote.tryPicture(picture)),
    setDemoHidden: (hidden) => call(() => remote.setDemoHidden(hidden)),
  };

  return {
    engine,
    onTrouble: (listener) => void listeners.add(listener),
    close: () =>
      end(new DeviceError('The engine was restarted before this was done; try it again.')),
  };
}

/** Written as one expression: the bundler finds workers by this pattern. */
function spawnWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

function troubleText(message: string | undefined, connected: boolean): string {
  if (connected) {
    return `The engine met an unexpected error: ${message || 'no message'}. If scoring does not go on, restart the engine.`;
  }
  return message
    ? `The engine could not start: ${message}. Reload the page; if that does not help, try a current browser.`
    : 'The engine’s program could not be loaded from this server. Reload the page; if that does not help, the server may be missing files or sending them with a wrong type.';
}
