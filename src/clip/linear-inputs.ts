/**
 * What goes into the linear maps of a vision tower on some pictures, layer by layer: the mean of `x x'` over all tokens of all
 * pictures, computed in the graph. One session for every tower of the geometry; nothing but what the pictures have come to is kept
 * between two layers.
 */
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtEngine, OrtFeed, OrtSession } from '../runtime/types';
import type { LinearInputs } from './onnx/encoder';
import { type StepGraph, tensorOfLayer } from './onnx/steps';
import { patchShape } from './onnx/vision-graph';
import { gramSteps } from './onnx/vision-steps';
import { outputOf, runStep, type State, stateOf } from './steps';
import { patchCount } from './tensor-names';
import type { VisionConfig } from './types';

/** `[size, size]` each, row by row. */
export type LayerGrams = { readonly [K in keyof LinearInputs]: Float32Array<ArrayBuffer> };

/** One tower on its pictures. */
export interface LayerwiseInputs {
  /**
   * Of the layer that comes next, the first at the first call.
   * @throws RangeError behind the last layer, and whatever reading weights or pictures throws
   */
  next(signal: AbortSignal): Promise<LayerGrams>;
}

export interface TowerOfPictures {
  /** The whole tensor, by canonical name. */
  weights(name: string): Promise<Float32Array>;
  readonly pictures: number;
  /** Writes picture `index` at `offset` as patches; false where there is nothing to be written, and it is passed over. */
  fill(index: number, out: Float32Array, offset: number): Promise<boolean>;
}

export interface InputsReader {
  begin(tower: TowerOfPictures): LayerwiseInputs;
  release(): Promise<void>;
}

/** For one batch size: graphs have fixed shapes, and what fills up a short batch would count. */
interface Sessions {
  readonly graphs: ReturnType<typeof gramSteps>;
  readonly first: OrtSession;
  readonly layer: OrtSession;
}

/** Pictures from `begin` on, and what they have come to. */
interface Batch {
  readonly begin: number;
  /** Less those that were passed over, once it has begun. */
  count: number;
  state: State | null;
}

/** @param largest pictures at once */
export function createInputsReader(
  config: VisionConfig,
  engine: OrtEngine,
  largest: number,
): InputsReader {
  const opened = new Map<number, Promise<Sessions>>();
  const sessions: OrtSession[] = [];
  const open = async ({ bytes }: StepGraph): Promise<OrtSession> => {
    const session = await engine.createSession(bytes);
    sessions.push(session);
    return session;
  };
  const ofSize = (size: number): Promise<Sessions> => {
    const make = async () => {
      const graphs = gramSteps(config, size);
      return { graphs, first: await open(graphs.first), layer: await open(graphs.layer) };
    };
    const known = opened.get(size) ?? make();
    opened.set(size, known);
    return known;
  };
  const length = patchCount(config) + 1;

  const feedsOf = async (
    { weights }: StepGraph,
    tower: TowerOfPictures,
    nameOf: (input: string) => string,
  ): Promise<Record<string, OrtFeed>> => {
    const feeds: Record<string, OrtFeed> = {};
    for (const { name, shape } of weights) {
      feeds[name] = { dims: shape, data: await tower.weights(nameOf(name)) };
    }
    return feeds;
  };

  const enter = async (tower: TowerOfPictures, batches: readonly Batch[], signal: AbortSignal) => {
    let feeds: Record<string, OrtFeed> | undefined;
    for (const batch of batches) {
      signal.throwIfAborted();
      const [rows, size] = patchShape(config, batch.count);
      const filled = new Float32Array(rows * size);
      const each = filled.length / batch.count;
      let count = 0;
      for (let i = 0; i < batch.count; i++) {
        if (await tower.fill(batch.begin + i, filled, count * each)) count++;
      }
      batch.count = count;
      if (count === 0) continue;
      const { graphs, first } = await ofSize(count);
      feeds ??= await feedsOf(graphs.first, tower, (name) => name);
      const patches = filled.subarray(0, count * each);
      const step = { graph: graphs.first };
      batch.state = stateOf(step, await runStep(step, first, feeds, { patches }));
      await letMessagesIn();
    }
  };

  return {
    begin(tower) {
      const batches: Batch[] = [];
      for (let begin = 0; begin < tower.pictures; begin += largest) {
        const count = Math.min(largest, tower.pictures - begin);
        batches.push({ begin, count, state: null });
      }
      let index = 0;
      return {
        async next(signal) {
          if (index >= config.layers) throw new RangeError('the vision tower has no more layers');
          if (index === 0) await enter(tower, batches, signal);
          const at = index++;
          // The norm behind the last layer changes nothing that is looked at.
          const last = at === config.layers - 1;
          const nameOf = (input: string) =>
            last && input.startsWith('encoder.layers.1.')
              ? input.replace('encoder.layers.1.layer_norm1', 'post_layernorm')
              : tensorOfLayer(input, at);
          const sums = new Map<keyof LayerGrams, Float64Array>();
          let feeds: Record<string, OrtFeed> | undefined;
          const begun = batches.filter(({ count }) => count > 0);
          for (const batch of begun) {
            signal.throwIfAborted();
            const { graphs, layer } = await ofSize(batch.count);
            feeds ??= await feedsOf(graphs.layer, tower, nameOf);
            const { state } = batch;
            if (!state) throw new RangeError('a batch has not been through the layer before');
            const step = { graph: graphs.layer };
            const outputs = await runStep(step, layer, feeds, state);
            batch.state = stateOf(step, outputs);
            for (const [input, name] of Object.entries(graphs.layer.grams)) {
              addTo(sums, input as keyof LayerGrams, outputOf(outputs, name));
            }
            await letMessagesIn();
          }
          const tokens = begun.reduce((sum, { count }) => sum + count, 0) * length;
          const meanOf = (input: keyof LayerGrams) =>
            Float32Array.from(sums.get(input) ?? [], (sum) => sum / tokens);
          return {
            attention: meanOf('attention'),
            output: meanOf('output'),
            expansion: meanOf('expansion'),
            contraction: meanOf('contraction'),
          };
        },
      };
    },
    async release() {
      opened.clear();
      for (const session of sessions.splice(0)) await session.release();
    },
  };
}

function addTo(
  sums: Map<keyof LayerGrams, Float64Array>,
  input: keyof LayerGrams,
  values: Float32Array,
): void {
  const sum = sums.get(input) ?? new Float64Array(values.length);
  sums.set(input, sum);
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (values[i] as number);
}
