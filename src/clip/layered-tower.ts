/**
 * The vision tower run layer by layer: for weights of which only a layer's worth is to be in ONNX Runtime's memory, and for
 * weights that are streamed. Several batches may go through each layer before the next is asked for.
 */
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtEngine, OrtFeed, OrtSession, TensorBuffer } from '../runtime/types';
import { patchShape } from './onnx/vision-graph';
import {
  STATE_INPUTS,
  type StateGraph,
  type StepGraph,
  tensorOfLayer,
  visionSteps,
} from './onnx/vision-steps';
import { patchCount, VISUAL_PROJECTION } from './tensor-names';
import type { VisionConfig } from './types';
import { requireLength, type VisionTower } from './vision-tower';
import { eachStep } from './vision-weights';

interface Step {
  readonly graph: StepGraph | StateGraph;
  readonly session: OrtSession;
  /** By the graph's input: the tensor's canonical name and the shape it is read in. */
  readonly weights: ReadonlyMap<
    string,
    { readonly tensor: string; readonly dims: readonly number[] }
  >;
}

/** What one batch has come to. */
interface State {
  readonly residual: Float32Array;
  readonly normed: Float32Array;
}

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
  const graphs = visionSteps(config, projectionDim, batch);
  const sessions: OrtSession[] = [];
  const release = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  const open = async (graph: StepGraph): Promise<OrtSession> => {
    const session = await engine.createSession(graph.bytes);
    sessions.push(session);
    return session;
  };
  const stepOf = (graph: StepGraph, session: OrtSession, layer = 0): Step => ({
    graph,
    session,
    weights: new Map(
      graph.weights.map(({ name, shape }) => [
        name,
        { tensor: graph === graphs.layer ? tensorOfLayer(name, layer) : name, dims: shape },
      ]),
    ),
  });
  let steps: readonly Step[];
  try {
    const first = stepOf(graphs.first, await open(graphs.first));
    const between = config.layers > 1 ? await open(graphs.layer) : null;
    const layers = between
      ? Array.from({ length: config.layers - 1 }, (_, layer) =>
          stepOf(graphs.layer, between, layer),
        )
      : [];
    steps = [first, ...layers, stepOf(graphs.last, await open(graphs.last))];
  } catch (error) {
    await release();
    throw error;
  }

  const patchDims = patchShape(config, batch);
  const perBatch = patchDims[0] * patchDims[1];
  const stateDims = [batch * (patchCount(config) + 1), config.hiddenSize];
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
        const { graph, session } = step;
        const feeds = feedsOf(step, buffers, projection);
        for (let i = 0; i < batches; i++) {
          signal?.throwIfAborted();
          const before = states[i];
          const given: Record<string, OrtFeed> = before
            ? {
                [STATE_INPUTS.residual]: { dims: stateDims, data: before.residual },
                [STATE_INPUTS.normed]: { dims: stateDims, data: before.normed },
              }
            : {
                patches: {
                  dims: patchDims,
                  data: patches.subarray(i * perBatch, (i + 1) * perBatch),
                },
              };
          const outputs = await session.run({ ...feeds, ...given });
          if ('state' in graph) {
            const { residual, normed } = graph.state;
            states[i] = { residual: known(outputs, residual), normed: known(outputs, normed) };
          } else {
            embeddings.set(known(outputs, 'image_embeds'), i * batch * projectionDim);
          }
        }
        // A run holds this thread: whoever has no use for the rest of it can say so between two layers.
        await letMessagesIn();
      });
      return embeddings;
    },
    release,
  };
}

function known(outputs: Readonly<Record<string, Float32Array>>, name: string): Float32Array {
  const found = outputs[name];
  if (found === undefined) throw new RangeError(`The vision graph gave no ${name}.`);
  return found;
}
