/**
 * The text tower run layer by layer: one layer's weights are in memory at a time, and one session. As many batches as their
 * states have room for go through each layer before the next is read.
 */
import { readFloat32 } from '../checkpoint/dtype';
import { letGo } from '../let-go';
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtFeed } from '../runtime/types';
import { textSteps } from './onnx/text-graph';
import { outputOf, runStep, type State, type Step, stateOf, stepsInOrder } from './steps';
import { type TextBatch, type TextRun, textTensor } from './text-batches';

/** A timer of a worker takes 4 ms, and a run of B/32 some 60: a message waits a quarter of a second. */
const RUNS_BETWEEN_MESSAGES = 4;

/** Batches of one length, and their graphs. */
interface SameLength {
  readonly steps: readonly Step[];
  readonly batches: readonly TextBatch[];
}

/** As the whole tower's run, with the same bits: `stateBytes` is what states may take, where they are more than one batch's. */
export async function runLayered(run: TextRun, stateBytes: number): Promise<void> {
  const { tower, engine, all, take, onDone, signal } = run;
  const { hiddenSize: width, layers } = tower.config;
  let runs = 0;

  const runBatches = async (
    { steps, batches }: SameLength,
    at: number,
    states: States,
    weights: Feeds,
  ) => {
    const step = steps[at];
    if (!step) throw new RangeError(`the text tower has no step ${at}`);
    const session = await engine.createSession(step.graph.bytes);
    try {
      for (const batch of batches) {
        signal?.throwIfAborted();
        const before = states.get(batch);
        const given = before ?? { embeddings: batch.embeddings() };
        const outputs = await runStep(step, session, weights, { ...batch.places(), ...given });
        for (const { buffer } of Object.values(given)) letGo(buffer);
        const after = stateOf(step, outputs);
        if (after) states.set(batch, after);
        else take(batch, outputOf(outputs, 'text_embeds'));
        onDone(++runs / (layers + 1));
        if (runs % RUNS_BETWEEN_MESSAGES === 0) await letMessagesIn();
      }
    } finally {
      await session.release();
    }
  };

  const bytesOf = ({ length }: TextBatch) => 8 * all.size * length * width;
  for (const group of groupsOf(all.batches, bytesOf, stateBytes)) {
    const states: States = new Map();
    const lengths = byLength(run, group);
    for (let at = 0; at <= layers; at++) {
      await withWeights(run, lengths[0]?.steps[at], async (weights) => {
        for (const same of lengths) await runBatches(same, at, states, weights);
      });
    }
  }
}

type States = Map<TextBatch, State>;
type Feeds = Readonly<Record<string, OrtFeed>>;

/** Reads a step's weights, and lets them go again. They are those of the batches of all lengths. */
async function withWeights(
  { tower: { tensors }, signal }: TextRun,
  step: Step | undefined,
  use: (weights: Feeds) => Promise<void>,
): Promise<void> {
  const weights: Record<string, OrtFeed> = {};
  const memory = new Set<ArrayBuffer>();
  try {
    for (const [input, { tensor, dims }] of step?.weights ?? []) {
      signal?.throwIfAborted();
      const data = await readFloat32(textTensor(tensors, tensor));
      memory.add(data.buffer);
      weights[input] = { dims, data };
    }
    await use(weights);
  } finally {
    for (const buffer of memory) letGo(buffer);
  }
}

/** Batches in their order, cut where another one's state would be too much. */
function groupsOf(
  batches: readonly TextBatch[],
  bytesOf: (batch: TextBatch) => number,
  limit: number,
): TextBatch[][] {
  const groups: TextBatch[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const batch of batches) {
    bytes += bytesOf(batch);
    if (bytes <= limit) groups.at(-1)?.push(batch);
    else {
      groups.push([batch]);
      bytes = bytesOf(batch);
    }
  }
  return groups;
}

function byLength(
  { tower: { config }, projectionDim, all }: TextRun,
  group: readonly TextBatch[],
): SameLength[] {
  return [...new Set(group.map(({ length }) => length))].map((length) => ({
    steps: stepsInOrder(textSteps(config, projectionDim, all.size, length), config.layers),
    batches: group.filter((batch) => batch.length === length),
  }));
}
