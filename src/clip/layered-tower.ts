/**
 * The vision tower run layer by layer: for weights of which only a layer's worth is to be in ONNX Runtime's memory, and for
 * weights that are streamed. Several batches may go through each layer before the next is asked for.
 */
import { letGo } from '../let-go';
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtEngine, OrtFeed, OrtSession, TensorBuffer } from '../runtime/types';
import type { StepGraph } from './onnx/steps';
import { patchShape } from './onnx/vision-graph';
import { visionSteps } from './onnx/vision-steps';
import { outputOf, runStep, type State, type Step, stateOf, stepsInOrder } from './steps';
import { VISUAL_PROJECTION } from './tensor-names';
import type { VisionConfig } from './types';
import { requireLength, type VisionTower } from './vision-tower';
import { eachStep } from './vision-weights';

/**
 * As `createVisionTower`, for any whole number of batches at a time.
 * @throws DeviceError where the engine cannot make the sessions
 */
export async function createLayeredVisionTower(
  config: VisionConfig,
  projectionDim: number,
  engine: OrtEngine,
  batch: number,
): Promise<VisionTower> {
  const steps = stepsInOrder(visionSteps(config, projectionDim, batch), config.layers);
  /** All layers between the first and the last are run by one. */
  const sessions = new Map<StepGraph, OrtSession>();
  const release = async () => {
    const open = [...sessions.values()];
    sessions.clear();
    for (const session of open) await session.release();
  };
  try {
    for (const { graph } of steps) {
      if (!sessions.has(graph)) sessions.set(graph, await engine.createSession(graph.bytes));
    }
  } catch (error) {
    await release();
    throw error;
  }

  const patchDims = patchShape(config, batch);
  const perBatch = patchDims[0] * patchDims[1];
  const tensors = steps.map(({ weights }) =>
    Array.from(weights.values(), ({ tensor }) => tensor).filter(
      (tensor) => tensor !== VISUAL_PROJECTION,
    ),
  );

  const feedsOf = (
    { weights }: Step,
    buffers: ReadonlyMap<string, TensorBuffer>,
    projection: TensorBuffer,
  ): Record<string, OrtFeed> => {
    const feeds: Record<string, OrtFeed> = {};
    for (const [input, { tensor, dims }] of weights) {
      const buffer = tensor === VISUAL_PROJECTION ? projection : buffers.get(tensor);
      if (buffer === undefined) throw new RangeError(`The vision tower got no ${tensor}.`);
      requireLength(tensor, buffer.length, dims);
      feeds[input] = { dims, buffer };
    }
    return feeds;
  };

  return {
    batch,
    async encode(patches, weights, projection, signal) {
      const batches = Math.max(1, Math.ceil(patches.length / perBatch));
      requireLength('patches', patches.length, [batches * patchDims[0], patchDims[1]]);
      const states: State[] = [];
      const embeddings = new Float32Array(batches * batch * projectionDim);
      await eachStep(weights, tensors, async (buffers, at) => {
        const step = steps[at];
        if (!step) throw new RangeError(`the vision tower has no step ${at}`);
        const session = sessions.get(step.graph);
        if (!session) throw new RangeError('the vision tower was released');
        const feeds = feedsOf(step, buffers, projection);
        for (let i = 0; i < batches; i++) {
          signal?.throwIfAborted();
          const before = states[i];
          const given = before ?? { patches: patches.subarray(i * perBatch, (i + 1) * perBatch) };
          const outputs = await runStep(step, session, feeds, given);
          for (const { buffer } of Object.values(before ?? {})) letGo(buffer);
          const after = stateOf(step, outputs);
          if (after) states[i] = after;
          else embeddings.set(outputOf(outputs, 'image_embeds'), i * batch * projectionDim);
        }
        // A run holds this thread: whoever has no use for the rest of it can say so between two layers.
        await letMessagesIn();
      });
      return embeddings;
    },
    release,
  };
}
