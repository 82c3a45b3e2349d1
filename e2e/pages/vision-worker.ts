/** The vision tower on ONNX Runtime in a worker, as the engine runs it, fed with what the merge wrote. */
import { expose } from 'comlink';
import { readFloat32 } from '../../src/checkpoint/dtype';
import { openClip } from '../../src/clip/open';
import { cutPatches, relativeError } from '../../src/clip/testing-numbers';
import { createVisionTower } from '../../src/clip/vision-tower';
import { verifyVision } from '../../src/engine/scoring/verify-vision';
import { combine } from '../../src/method/combine';
import { taskArithmetic } from '../../src/method/task-arithmetic';
import { allocateWeights, mergedWeights } from '../../src/method/weights';
import { openModelPool } from '../../src/modelpool/judge';
import { createCpuRuntime, createWebgpuRuntime } from '../../src/runtime/create';
import { loadWasmInBrowser } from '../../src/runtime/ort/wasm-browser';
import { createWebgpuEngine } from '../../src/runtime/ort/webgpu';
import type { Runtime } from '../../src/runtime/types';
import { requestStudioDevice } from '../../src/runtime/webgpu/device';
import { fixtureBlob, fixtureFolder } from '../support/fixture-files';

export type Kind = Runtime['tensors']['kind'];

interface Expected {
  readonly vision: { readonly imageEmbeds: number[][] };
  readonly mergedVision: { readonly imageEmbeds: number[][] };
}

const runtimes = new Map<Kind, Promise<Runtime>>();

function runtimeOf(kind: Kind): Promise<Runtime> {
  const known = runtimes.get(kind);
  if (known) return known;
  const made =
    kind === 'cpu'
      ? createCpuRuntime(loadWasmInBrowser, 'asked for')
      : requestStudioDevice().then((studio) =>
          createWebgpuRuntime(studio, createWebgpuEngine, loadWasmInBrowser, 'asked for'),
        );
  runtimes.set(kind, made);
  return made;
}

async function openBase(shape: string) {
  const base = await openClip('_pretrained_', await fixtureFolder(`merge/${shape}/base`));
  const projection = base.visualProjection;
  if (!projection) throw new Error('a fixture base has a projection');
  return { base, projection, projectionDim: projection.shape[0] ?? 0 };
}

/** A runtime whose vision engine alters its first result. */
function altered(runtime: Runtime, alter: (embeddings: Float32Array) => void): Runtime {
  const { vision } = runtime;
  return {
    ...runtime,
    vision: {
      ...vision,
      async createSession(model) {
        const session = await vision.createSession(model);
        return {
          release: session.release,
          async run(feeds) {
            const results = await session.run(feeds);
            for (const values of Object.values(results)) alter(values);
            return results;
          },
        };
      },
    },
  };
}

const ALTERATIONS = {
  none: () => undefined,
  'one value, by a hundredth of the largest': (values: Float32Array) => {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    values[values.length - 1] = (values.at(-1) ?? 0) + largest / 100;
  },
  'one value, not a number': (values: Float32Array) => {
    values[0] = Number.NaN;
  },
} satisfies Record<string, (values: Float32Array) => void>;

export type Alteration = keyof typeof ALTERATIONS;

const visionWorker = {
  /** Distance from transformers' embeddings, relative to the largest: at the base's weights and at 0.3, one session. */
  async compare(kind: Kind, shape: string, experts: readonly string[]) {
    const runtime = await runtimeOf(kind);
    const backend = runtime.tensors;
    const { base, projection, projectionDim } = await openBase(shape);
    const models = await Promise.all(
      experts.map(async (name) =>
        openClip(name, await fixtureFolder(`merge/${shape}/experts/${name}`), base),
      ),
    );
    const pool = openModelPool(
      base,
      models.map((model) => ({ model, weight: 1 })),
    );
    const expected: Expected = JSON.parse(
      await (await fixtureBlob(`clip/${shape}/expected.json`)).text(),
    );
    const pixels = await (await fixtureBlob(`clip/${shape}/pixel-values.bin`)).arrayBuffer();
    const patches = cutPatches(new Float32Array(pixels), base.vision);

    const combination = await combine(pool, { method: taskArithmetic }, { backend });
    const weights = allocateWeights(backend, combination.base);
    const projected = backend.upload(await readFloat32(projection));
    const tower = await createVisionTower(
      base.vision,
      projectionDim,
      runtime.vision,
      expected.vision.imageEmbeds.length,
    );
    const encodeAt = async (scalingFactor: number) => {
      const merged = mergedWeights(combination, scalingFactor, () => weights);
      return tower.encode(patches, merged, projected);
    };
    try {
      const own = await encodeAt(0);
      const merged = await encodeAt(0.3);
      const ownAgain = await encodeAt(0);
      return {
        provider: runtime.vision.provider,
        own: relativeError(own, expected.vision.imageEmbeds.flat()),
        merged: relativeError(merged, expected.mergedVision.imageEmbeds.flat()),
        apart: relativeError(own, merged),
        back: relativeError(ownAgain, own),
      };
    } finally {
      await tower.release();
      weights.free();
      combination.free();
      backend.free(projected);
    }
  },

  /** What the engine says before it trusts a WebGPU session; `alteration` breaks it. */
  async verify(shape: string, alteration: Alteration): Promise<string> {
    const runtime = altered(await runtimeOf('webgpu'), ALTERATIONS[alteration]);
    const { base, projectionDim } = await openBase(shape);
    try {
      await verifyVision(runtime, base.vision, projectionDim);
      return 'trusted';
    } catch (error) {
      return String(error);
    }
  },
};

export type VisionWorker = typeof visionWorker;

expose(visionWorker);
