/**
 * Whether the WebGPU provider of ONNX Runtime's build for Node can be trusted here. It is tried in a process of its own: a driver that
 * crashes, or prints, does it there. The provider does not tell which adapter it took, so a software one is known by its speed.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { compareVision } from '../../clip/compare-vision';
import { ACTIVATIONS, type Activation, type VisionConfig } from '../../clip/types';
import { createCpuBackend } from '../../runtime/cpu/backend';
import {
  createNativeEngine,
  createNativeWebgpuEngine,
  type LoadNative,
  loadNativeInNode,
} from '../../runtime/ort/native-node';
import type { OrtEngine } from '../../runtime/types';
import { builtProgram } from './built-program-node';

export type WebgpuVerdict =
  | { readonly usable: true; readonly software: boolean }
  /** A clause without a full stop. */
  | { readonly usable: false; readonly reason: string };

export type ProbeWebgpu = (vision: VisionConfig, projectionDim: number) => Promise<WebgpuVerdict>;

const verdictSchema = v.variant('usable', [
  v.object({ usable: v.literal(true), software: v.boolean() }),
  v.object({ usable: v.literal(false), reason: v.string() }),
]);

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

const questionSchema = v.object({
  projectionDim: size,
  vision: v.object({
    hiddenSize: size,
    layers: size,
    heads: size,
    intermediateSize: size,
    activation: v.custom<Activation>((value) => typeof value === 'string' && value in ACTIVATIONS),
    layerNormEps: v.number(),
    imageSize: size,
    patchSize: size,
    pooling: v.exactOptional(v.picklist(['mean of normed', 'norm of mean'])),
  }),
});

/** The program that prints the verdict: `src/cli/webgpu-probe.ts`. */
const PROGRAM = 'webgpu-probe.js';

/** A driver that has not answered by then hangs. */
const TIMEOUT_MS = 120_000;

/** Software takes hundreds of times as long as native code on the same CPU; no GPU takes so many times as long. */
const SOFTWARE_RATIO = 20;

/** A GPU has compiled the shaders of one layer and run them by then. */
const SOFTWARE_MS = 3000;

/** Asks the built program in `programs`. */
export function probeIn(programs: URL | undefined): ProbeWebgpu {
  return async (vision, projectionDim) => {
    const program = builtProgram(programs, PROGRAM);
    if (!program) {
      return { usable: false, reason: 'it is tried by the built command only (npm run fuse)' };
    }
    const asked = JSON.stringify({ vision, projectionDim });
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [fileURLToPath(program), asked],
        {
          timeout: TIMEOUT_MS,
        },
      );
      return v.parse(verdictSchema, JSON.parse(stdout));
    } catch {
      return { usable: false, reason: 'trying it crashed, or never came to an end' };
    }
  };
}

/**
 * What the program does: the small forward pass on WebGPU and on the CPU, compared and timed.
 * @param asked - the program's argument
 */
export async function probeHere(
  asked: string,
  load: LoadNative = loadNativeInNode,
): Promise<WebgpuVerdict> {
  const { vision, projectionDim } = v.parse(questionSchema, JSON.parse(asked));
  const module = await load();
  const tensors = createCpuBackend();
  const gpu = timed(createNativeWebgpuEngine(module));
  const cpu = timed(createNativeEngine(module));
  try {
    const { agrees, difference, largest } = await compareVision(
      { engine: gpu.engine, tensors },
      { engine: cpu.engine, tensors },
      vision,
      projectionDim,
    );
    if (agrees) {
      const software = gpu.milliseconds() > SOFTWARE_RATIO * cpu.milliseconds();
      return { usable: true, software };
    }
    const reason = `it computes the vision tower wrongly (largest difference ${difference.toPrecision(2)} of ${largest.toPrecision(2)} against the CPU)`;
    return { usable: false, reason };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { usable: false, reason: message.replace(/\.$/, '') };
  }
}

/** An engine that runs everything a second time, which tells how long it takes once shaders are compiled. */
function timed(engine: OrtEngine): { readonly engine: OrtEngine; milliseconds(): number } {
  let last = 0;
  return {
    milliseconds: () => last,
    engine: {
      ...engine,
      async createSession(model) {
        const session = await engine.createSession(model);
        return {
          release: session.release,
          async run(feeds) {
            for (let time = 0; ; time++) {
              const begun = performance.now();
              const results = await session.run(feeds);
              last = performance.now() - begun;
              if (time > 0 || last > SOFTWARE_MS) return results;
            }
          },
        };
      },
    },
  };
}

/** On Linux the kernel shows a GPU as a device; elsewhere there always may be one. */
export function mayHaveGpu(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  list: (folder: string) => readonly string[] = listFolder,
): boolean {
  if (platform !== 'linux') return true;
  // Whoever names a driver means it to be tried.
  if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES) return true;
  const isGpu = (name: string) => name === 'dxg' || /^nvidia\d+$/.test(name);
  return list('/dev').some(isGpu) || list('/dev/dri').some((name) => name.startsWith('renderD'));
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
