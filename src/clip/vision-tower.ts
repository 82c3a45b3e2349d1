/** The vision tower ready to run: one ONNX session per geometry and batch size, weights handed in at every run. */
import type { OrtEngine, OrtFeed, TensorBuffer } from '../runtime/types';
import { patchShape, visionGraph, visionInputs } from './onnx/vision-graph';
import { VISUAL_PROJECTION } from './tensor-names';
import type { VisionConfig } from './types';
import { eachStep, type VisionWeights } from './vision-weights';

export interface VisionTower {
  /** Pictures per run; a shorter last batch must be padded by the caller. */
  readonly batch: number;
  /**
   * Image embeddings `[pictures, projectionDim]`, not normalised, of one batch or several. `patches` is `[pictures * N, 3 * P * P]`,
   * `weights` are the tower's tensors, `projection` is `[projectionDim, width]`. The buffers are read where they lie and
   * belong to the caller. Rejects with the signal's reason between two runs of the graph.
   */
  encode(
    patches: Float32Array,
    weights: VisionWeights,
    projection: TensorBuffer,
    signal?: AbortSignal,
  ): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Builds the tower's graph and its session.
 * @throws DeviceError where the engine cannot make the session
 */
export async function createVisionTower(
  config: VisionConfig,
  projectionDim: number,
  engine: OrtEngine,
  batch: number,
): Promise<VisionTower> {
  const session = await engine.createSession(visionGraph(config, projectionDim, batch));
  const inputs = visionInputs(config, projectionDim);
  const names = inputs.map(({ name }) => name).filter((name) => name !== VISUAL_PROJECTION);
  const patchDims = patchShape(config, batch);
  const perBatch = patchDims[0] * patchDims[1];

  return {
    batch,
    async encode(patches, weights, projection, signal) {
      const batches = Math.max(1, Math.ceil(patches.length / perBatch));
      requireLength('patches', patches.length, [batches * patchDims[0], patchDims[1]]);
      const all: Float32Array[] = [];
      await eachStep(weights, [names], async (buffers) => {
        const feeds: Record<string, OrtFeed> = {};
        for (const { name, shape } of inputs) {
          const buffer = name === VISUAL_PROJECTION ? projection : buffers.get(name);
          if (buffer === undefined) throw new RangeError(`The vision tower got no ${name}.`);
          requireLength(name, buffer.length, shape);
          feeds[name] = { dims: shape, buffer };
        }
        for (let i = 0; i < batches; i++) {
          signal?.throwIfAborted();
          const data = patches.subarray(i * perBatch, (i + 1) * perBatch);
          const { image_embeds: embeddings } = await session.run({
            ...feeds,
            patches: { dims: patchDims, data },
          });
          if (embeddings === undefined)
            throw new RangeError('The vision graph gave no image_embeds.');
          all.push(embeddings);
        }
      });
      return joined(all);
    },
    release: () => session.release(),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...rest] = parts;
  if (rest.length === 0) return first;
  const all = new Float32Array(parts.length * first.length);
  for (const [i, part] of parts.entries()) all.set(part, i * first.length);
  return all;
}

/** Throws RangeError where something has not as many numbers as `dims` ask for. */
export function requireLength(name: string, length: number, dims: readonly number[]): void {
  const wanted = dims.reduce((product, size) => product * size, 1);
  if (length !== wanted) {
    throw new RangeError(
      `The vision tower needs ${wanted} numbers of ${name} ([${dims.join(', ')}]), not ${length}.`,
    );
  }
}
