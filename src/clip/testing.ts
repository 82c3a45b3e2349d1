/** Test support: fixture folders as dropped files, weights on the CPU backend, pictures cut into patches. */
import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { readFloat32 } from '../checkpoint/dtype';
import type { NamedBlob, TensorSource } from '../checkpoint/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { createNativeEngine, loadNativeInNode } from '../runtime/ort/native-node';
import { createWasmEngine } from '../runtime/ort/wasm';
import { loadWasmInNode } from '../runtime/ort/wasm-node';
import type { OrtEngine, OrtFeed, TensorBuffer } from '../runtime/types';
import { openClip } from './open';
import { canonicalVisionNames } from './tensor-names';
import type { ClipModel } from './types';

export { cutPatches, relativeError } from './testing-numbers';

const FIXTURES = new URL('../../reference/fixtures/', import.meta.url);

/** The files of one fixture folder, named as if that folder had been dropped. */
export async function fixtureFiles(path: string): Promise<NamedBlob[]> {
  const folder = new URL(`${path}/`, FIXTURES);
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Promise.all(
    names.map(async ({ name }) => ({ name, blob: await openAsBlob(new URL(name, folder)) })),
  );
}

/** Opens a model folder of the fixtures. */
export async function openFixture(path: string, base?: ClipModel): Promise<ClipModel> {
  return openClip(path.split('/').at(-1) ?? path, await fixtureFiles(path), base);
}

/** One file of the fixtures. */
export async function fixtureFile(path: string): Promise<NamedBlob> {
  const blob = await openAsBlob(new URL(path, FIXTURES));
  return { name: path.split('/').at(-1) ?? path, blob };
}

export function fixtureJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8')) as T;
}

/** A `.bin` fixture of little-endian float32. */
export function fixtureFloats(path: string): Float32Array<ArrayBuffer> {
  return new Float32Array(new Uint8Array(readFileSync(new URL(path, FIXTURES))).buffer);
}

/** A JSON file as it would be dropped. */
export function jsonFile(name: string, value: unknown): NamedBlob {
  return { name, blob: new Blob([JSON.stringify(value)]) };
}

let engine: Promise<OrtEngine> | undefined;

/** ONNX Runtime's wasm build in this process, loaded once. */
export function wasmEngine(): Promise<OrtEngine> {
  engine ??= createWasmEngine(loadWasmInNode);
  return engine;
}

let native: Promise<OrtEngine | null> | undefined;

/** ONNX Runtime's native build in this process; null, and a line that says why, where it does not load. */
export function nativeEngine(): Promise<OrtEngine | null> {
  native ??= loadNativeInNode().then(createNativeEngine, (error: unknown) => {
    console.warn(`onnxruntime-node does not load here, nothing is tested on it: ${error}`);
    return null;
  });
  return native;
}

/** All engines of Node that load here, by their provider's name. */
export async function nodeEngines(): Promise<(readonly [OrtEngine['provider'], OrtEngine])[]> {
  const engines = [await wasmEngine(), await nativeEngine()];
  return engines.flatMap((one) => (one ? [[one.provider, one] as const] : []));
}

const backend = createCpuBackend();

export async function upload(tensor: TensorSource): Promise<TensorBuffer> {
  return backend.upload(await readFloat32(tensor));
}

/** A model's own vision weights as the vision tower takes them. */
export async function visionWeights(model: ClipModel): Promise<Map<string, TensorBuffer>> {
  const weights = new Map<string, TensorBuffer>();
  for (const { name } of canonicalVisionNames(model.vision)) {
    const tensor = model.visionTensors.get(name);
    if (tensor !== undefined) weights.set(name, await upload(tensor));
  }
  return weights;
}

/** What may be told, or failed, before a session is made or run. */
export interface SessionEvents {
  readonly onMake?: () => void;
  readonly onRun?: (feeds: Readonly<Record<string, OrtFeed>>) => void;
}

/** The engine, counting sessions and runs. */
export function countedEngine(engine: OrtEngine, { onMake, onRun }: SessionEvents = {}) {
  const count = { made: 0, open: 0, runs: 0 };
  const createSession: OrtEngine['createSession'] = async (model) => {
    onMake?.();
    const session = await engine.createSession(model);
    count.made++;
    count.open++;
    return {
      async run(feeds) {
        onRun?.(feeds);
        count.runs++;
        return session.run(feeds);
      },
      async release() {
        count.open--;
        await session.release();
      },
    };
  };
  return { count, engine: { ...engine, createSession } };
}
