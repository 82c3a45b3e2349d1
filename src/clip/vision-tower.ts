/** The vision tower ready to run: one ONNX session per geometry and batch size, weights handed in at every run. */
import type { OrtEngine, OrtFeed, TensorBuffer } from '../runtime/types';
import { visionGraph, visionInputs } from './onnx/vision-graph';
import { CHANNELS, patchCount, VISUAL_PROJECTION } from './tensor-names';
import type { VisionConfig } from './types';

export interface VisionTower {
  /** Pictures per run; a shorter last batch must be padded by the caller. */
  readonly batch: number;
  /**
   * Image embeddings `[batch, projectionDim]`, not normalised. `patches` is `[batch * N, 3 * P * P]`, `weights` the tower's tensors
   * by canonical name, `projection` `[projectionDim, width]`. The buffers are read where they lie and belong to the caller.
   */
  encode(
    patches: Float32Array,
    weights: ReadonlyMap<string, TensorBuffer>,
    projection: TensorBuffer,
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
  const patchDims = [batch * patchCount(config), CHANNELS * config.patchSize ** 2];

  return {
    batch,
    async encode(patches, weights, projection) {
      requireLength('patches', patches.length, patchDims);
      const feeds: Record<string, OrtFeed> = { patches: { dims: patchDims, data: patches } };
      for (const { name, shape } of inputs) {
        const buffer = name === VISUAL_PROJECTION ? projection : weights.get(name);
        if (buffer === undefined) throw new RangeError(`The vision tower got no ${name}.`);
        requireLength(name, buffer.length, shape);
        feeds[name] = { dims: shape, buffer };
      }
      const { image_embeds: embeddings } = await session.run(feeds);
      if (embeddings === undefined) throw new RangeError('The vision graph gave no image_embeds.');
      return embeddings;
    },
    release: () => session.release(),
  };
}

function requireLength(name: string, length: number, dims: readonly number[]): void {
  const wanted = dims.reduce((product, size) => product * size, 1);
  if (length !== wanted) {
    throw new RangeError(
      `The vision tower needs ${wanted} numbers of ${name} ([${dims.join(', ')}]), not ${length}.`,
    );
  }
}
