/** The vision tower ready to run: one ONNX session per geometry and batch size, weights handed in at every run. */
import type { OrtEngine, OrtFeed, OrtSession, TensorBuffer } from '../runtime/types';
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
  const runs = batchRuns(session, config, batch);

  return {
    batch,
    async encode(patches, weights, projection, signal) {
      runs.check(patches);
      const all: Float32Array[] = [];
      await eachStep(weights, [names], async (buffers) => {
        const feeds: Record<string, OrtFeed> = {};
        for (const { name, shape } of inputs) {
          feeds[name] = { dims: shape, buffer: weightOf(name, shape, buffers, projection) };
        }
        all.push(...(await runs.all(patches, feeds, signal)));
      });
      return joined(all);
    },
    release: () => session.release(),
  };
}

/**
 * As `createVisionTower`, with a session that holds these weights, for an engine that is faster so: `encode` computes with them
 * whatever it is given, also after the buffers have changed.
 */
export async function createHoldingVisionTower(
  config: VisionConfig,
  projection: { readonly buffer: TensorBuffer; readonly dimension: number },
  engine: OrtEngine,
  batch: number,
  weights: ReadonlyMap<string, TensorBuffer>,
): Promise<VisionTower> {
  const graph = visionGraph(config, projection.dimension, batch, 'held');
  const held = new Map(
    visionInputs(config, projection.dimension).map(({ name, shape }) => [
      name,
      weightOf(name, shape, weights, projection.buffer),
    ]),
  );
  const session = await engine.createSession(graph, held);
  const runs = batchRuns(session, config, batch);
  return {
    batch,
    async encode(patches, _, __, signal) {
      runs.check(patches);
      return joined(await runs.all(patches, {}, signal));
    },
    release: () => session.release(),
  };
}

/** The buffer of a weight, of the length that its shape asks for. */
function weightOf(
  name: string,
  shape: readonly number[],
  weights: ReadonlyMap<string, TensorBuffer>,
  projection: TensorBuffer,
): TensorBuffer {
  const buffer = name === VISUAL_PROJECTION ? projection : weights.get(name);
  if (buffer === undefined) throw new RangeError(`The vision tower got no ${name}.`);
  requireLength(name, buffer.length, shape);
  return buffer;
}

/** Runs a tower's session over one batch after another. */
function batchRuns(session: OrtSession, config: VisionConfig, batch: number) {
  const patchDims = patchShape(config, batch);
  const perBatch = patchDims[0] * patchDims[1];
  const batchesOf = (patches: Float32Array) => Math.max(1, Math.ceil(patches.length / perBatch));
  return {
    check(patches: Float32Array): void {
      requireLength('patches', patches.length, [batchesOf(patches) * patchDims[0], patchDims[1]]);
    },
    async all(
      patches: Float32Array,
      feeds: Readonly<Record<string, OrtFeed>>,
      signal: AbortSignal | undefined,
    ): Promise<Float32Array[]> {
      const all: Float32Array[] = [];
      for (let i = 0; i < batchesOf(patches); i++) {
        signal?.throwIfAborted();
        const data = patches.subarray(i * perBatch, (i + 1) * perBatch);
        const outputs = await session.run({ ...feeds, patches: { dims: patchDims, data } });
        const { image_embeds: embeddings } = outputs;
        if (embeddings === undefined)
          throw new RangeError('The vision graph gave no image_embeds.');
        all.push(embeddings);
      }
      return all;
    },
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
