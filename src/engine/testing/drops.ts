/** Test support: folders of the reference fixtures as dropped files, and a studio that computes in this process. */
import { openAsBlob, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadWasm } from '../../runtime/ort/wasm';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import { openLibrary } from '../../storage/library';
import type { DroppedFile, StudioEngine, StudioState } from '../api';
import { createEngine } from '../engine';

const FIXTURES = new URL('../../../reference/fixtures/', import.meta.url);

/** Every file below `path` (inside the fixtures), with paths that begin with `as`. */
export async function drop(path: string, as: string): Promise<DroppedFile[]> {
  const folder = fileURLToPath(new URL(path, FIXTURES));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({
      path: `${as}/${relative(folder, file)}`,
      file: new File([await openAsBlob(file)], basename(file)),
    })),
  );
}

export interface TestStudio {
  readonly engine: StudioEngine;
  state(): StudioState;
  /** Waits for a snapshot that passes; rejects when scoring fails. */
  until(passes: (state: StudioState) => boolean): Promise<StudioState>;
  close(): Promise<void>;
}

/** More often than a page is told: a test looks at what stood when something was complete, not at what came of it later. */
const SNAPSHOT_INTERVAL_MS = 20;

/** Opens a studio over the library of that name; the same name again is a reload. */
export async function openStudio(
  storeName: string,
  loadWasm: LoadWasm = loadWasmInNode,
  snapshotInterval = SNAPSHOT_INTERVAL_MS,
  compared?: readonly string[],
): Promise<TestStudio> {
  const { commands: engine, close } = createEngine({
    library: openLibrary({ storeName }),
    version: 'test',
    snapshotInterval,
    ...(compared === undefined ? {} : { compared }),
    runtime: {
      loadWasm,
      requestDevice: async () => {
        throw new Error('This test has no WebGPU.');
      },
      createWebgpuEngine: async () => {
        throw new Error('This test has no WebGPU.');
      },
    },
  });
  let current: StudioState | undefined;
  const listeners = new Set<(state: StudioState) => void>();
  await engine.connect((state) => {
    current = state;
    for (const listener of listeners) listener(state);
  });
  const state = () => {
    if (!current) throw new Error('no snapshot was pushed');
    return current;
  };
  return {
    engine,
    close,
    state,
    until: (passes) =>
      new Promise((resolve, reject) => {
        const look = (next: StudioState) => {
          if (next.scores.failure !== null) reject(new Error(next.scores.failure));
          else if (passes(next)) resolve(next);
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look(state());
      }),
  };
}

/** Adds base and experts of the reference's small pool, in one drop. */
export async function addPool({ engine }: Pick<TestStudio, 'engine'>): Promise<void> {
  const files = [
    ...(await drop('merge/p8-32/experts', 'pool/experts')),
    ...(await drop('merge/p8-32/base', 'pool/base')),
  ];
  await engine.addCheckpoints('models', files, 'user');
}

/** Adds that pool, and the tasks that it is scored on. */
export async function fillStudio(studio: Pick<TestStudio, 'engine'>): Promise<void> {
  await addPool(studio);
  await studio.engine.addTaskImages('tasks', await drop('scoring/images', 'images'), 'user');
}
