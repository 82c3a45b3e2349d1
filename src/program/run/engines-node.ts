/** Which of ONNX Runtime's builds scores: native code, a GPU, or wasm, which is always there. */
import type { VisionConfig } from '../../clip/types';
import { ConfigError } from '../../errors';
import type { OrtModule } from '../../runtime/ort/engine';
import {
  createNativeEngine,
  createNativeWebgpuEngine,
  type LoadNative,
  loadNativeInNode,
} from '../../runtime/ort/native-node';
import { createWasmEngine, type LoadWasm } from '../../runtime/ort/wasm';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import type { OrtEngine } from '../../runtime/types';
import type { EngineClass } from '../../taskpool/batch-size';
import type { EngineName } from '../config/program/types';
import type { RunListener } from './messages';
import { mayHaveGpu, type ProbeWebgpu, probeIn } from './probe-webgpu-node';

export interface ScoringEngine {
  /** Runs the vision tower. */
  readonly vision: OrtEngine;
  /** Runs the text tower: never on a GPU. */
  readonly text: OrtEngine;
  readonly class: EngineClass;
  /** For the report. */
  readonly name: string;
}

/** Makes the engine for towers of this geometry, and says which in one line; the same one for the same choice. */
export type EngineFor = (
  choice: EngineName,
  vision: VisionConfig,
  projectionDim: number,
) => Promise<ScoringEngine>;

/** What this machine can offer. */
export interface EngineParts {
  readonly loadWasm: LoadWasm;
  readonly loadNative: LoadNative;
  readonly probeWebgpu: ProbeWebgpu;
  /** False where looking for an adapter would be in vain. */
  readonly mayHaveGpu: () => boolean;
}

/** @param programs - the folder of the built programs, of which one tries WebGPU; undefined where nothing was built */
export function nodeEngineParts(programs?: URL): EngineParts {
  return {
    loadWasm: loadWasmInNode,
    loadNative: loadNativeInNode,
    probeWebgpu: probeIn(programs),
    mayHaveGpu: () => mayHaveGpu(process.platform, process.env),
  };
}

type Loaded = { readonly module: OrtModule } | { readonly reason: string };

export function createEngines(parts: EngineParts, listener: RunListener): EngineFor {
  let loading: Promise<Loaded> | undefined;
  let wasm: Promise<OrtEngine> | undefined;
  const chosen = new Map<string, Promise<ScoringEngine>>();

  const load = () => {
    loading ??= parts.loadNative().then(
      (module) => ({ module }),
      (error: unknown) => ({ reason: firstLine(error) }),
    );
    return loading;
  };

  async function wasmEngine(why: string): Promise<ScoringEngine> {
    wasm ??= createWasmEngine(parts.loadWasm);
    const engine = await wasm;
    listener.note(`Engine: wasm, ${threadsText(engine)}${why}.`);
    return {
      vision: engine,
      text: engine,
      class: 'wasm',
      name: `cpu (wasm, threads: ${engine.threads})`,
    };
  }

  function nativeEngine(module: OrtModule, why = ''): ScoringEngine {
    const engine = createNativeEngine(module);
    listener.note(`Engine: native, ${threadsText(engine)}${why}.`);
    return {
      vision: engine,
      text: engine,
      class: 'native',
      name: `cpu (native, threads: ${engine.threads})`,
    };
  }

  function webgpuEngine(module: OrtModule, software: boolean): ScoringEngine {
    listener.note(
      `Engine: webgpu${software ? ', which is slower than the CPU here: its adapter seems to be software' : ''}.`,
    );
    return {
      vision: createNativeWebgpuEngine(module),
      text: createNativeEngine(module),
      class: software ? 'software-gpu' : 'gpu',
      name: `webgpu${software ? ' (software)' : ''}`,
    };
  }

  async function choose(
    choice: EngineName,
    vision: VisionConfig,
    projectionDim: number,
  ): Promise<ScoringEngine> {
    if (choice === 'wasm') return wasmEngine('');
    const loaded = await load();
    if (!('module' in loaded)) {
      const { reason } = loaded;
      if (choice === 'auto') return wasmEngine(`: onnxruntime-node does not load (${reason})`);
      throw new ConfigError(
        `engine=${choice}: the package onnxruntime-node does not load (${reason}). Install it (npm install --ignore-scripts onnxruntime-node; with -g beside an installed program), or leave engine out: wasm needs no package.`,
      );
    }
    const { module } = loaded;
    if (choice === 'native' || (choice === 'auto' && !parts.mayHaveGpu())) {
      return nativeEngine(module);
    }
    const verdict = await parts.probeWebgpu(vision, projectionDim);
    if (verdict.usable && (choice === 'webgpu' || !verdict.software)) {
      return webgpuEngine(module, verdict.software);
    }
    const reason = verdict.usable ? 'its adapter seems to be software' : verdict.reason;
    if (choice === 'auto') return nativeEngine(module, `, not webgpu: ${reason}`);
    throw new ConfigError(
      `engine=webgpu: ${reason}. Use engine=native, which computes on the CPU.`,
    );
  }

  return (choice, vision, projectionDim) => {
    const key = JSON.stringify([choice, vision, projectionDim]);
    const known = chosen.get(key) ?? choose(choice, vision, projectionDim);
    chosen.set(key, known);
    return known;
  };
}

function threadsText({ threads }: OrtEngine): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** Node says where a missing package was asked for; what a loader says goes on with the stack of whoever asked. */
function firstLine(error: unknown): string {
  const isMissing =
    error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  if (isMissing) return 'it is not installed';
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]?.trim().replace(/\.$/, '') || 'it gives no reason';
}
