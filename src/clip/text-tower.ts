/** Token ids to text embeddings: the text tower's run, batch by batch, or where it is large layer by layer. */
import { readFloat32 } from '../checkpoint/dtype';
import { letGo } from '../let-go';
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtEngine, OrtFeed, OrtSession } from '../runtime/types';
import { runLayered } from './layered-text';
import { textGraph, textInputs } from './onnx/text-graph';
import { LAYERED_BYTES, outputOf } from './steps';
import { TEXT_PROJECTION } from './tensor-names';
import { type TextRun, textBatches, textTensor } from './text-batches';
import type { TextTower } from './types';

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  /** Called again and again with the number of sequences that are done, or would be by the work done so far, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EmbedLimits {
  /** Bytes of weights from which on a tower is run layer by layer. */
  readonly layeredFrom?: number;
  /** Bytes of what batches have come to between two layers, at most, where that is more than one batch. */
  readonly stateBytes?: number;
}

/** Fifty batches of short prompts in B/32: every one of them more spares the tower's next reading. */
const STATE_BYTES = 64_000_000;

/**
 * Text embeddings `[projectionDim]`, not normalised, one for each sequence of token ids and in their order. Weights are loaded for the
 * call and let go after it, those of large towers on wasm layer by layer; of the token table only the rows that occur are read.
 * @throws DOMException `AbortError` when aborted
 */
export async function embedTokenIds(
  tower: TextTower,
  engine: OrtEngine,
  sequences: readonly (readonly number[])[],
  { signal, onProgress }: EmbedOptions = {},
  { layeredFrom = LAYERED_BYTES, stateBytes = STATE_BYTES }: EmbedLimits = {},
): Promise<Float32Array[]> {
  const projectionDim = textTensor(tower.tensors, TEXT_PROJECTION).shape[0] ?? 0;
  const all = await textBatches(tower, sequences);
  const embeddings: Float32Array[] = [];
  let told = 0;
  const run: TextRun = {
    tower,
    projectionDim,
    engine,
    all,
    take({ indices }, rows) {
      for (const [at, index] of indices.entries()) {
        embeddings[index] = rows.slice(at * projectionDim, (at + 1) * projectionDim);
      }
    },
    onDone(batches) {
      // Sums of fractions stay below the whole number that they come to.
      const done = Math.min(sequences.length, Math.floor(batches * all.size + 1e-6));
      if (done > told) onProgress?.(done, sequences.length);
      told = done;
    },
    signal,
  };
  // Others read weights where they lie.
  const isLayered = engine.provider === 'wasm' && weightBytes(tower, projectionDim) >= layeredFrom;
  await (isLayered ? runLayered(run, stateBytes) : runWhole(run));
  return embeddings;
}

function weightBytes({ config }: TextTower, projectionDim: number): number {
  const sizes = textInputs(config, projectionDim).map(({ shape }) =>
    shape.reduce((product, side) => product * side, 4),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function runWhole({
  tower: { config, tensors },
  projectionDim,
  engine,
  all: { size, batches },
  take,
  onDone,
  signal,
}: TextRun): Promise<void> {
  const weights: Record<string, OrtFeed> = {};
  /** Each of them read for this call alone. */
  const memory = new Set<ArrayBuffer>();
  let prepared: { readonly length: number; readonly session: OrtSession } | undefined;
  try {
    for (const { name, shape } of textInputs(config, projectionDim)) {
      signal?.throwIfAborted();
      const data = await readFloat32(textTensor(tensors, name));
      memory.add(data.buffer);
      weights[name] = { dims: shape, data };
    }
    for (const [at, batch] of batches.entries()) {
      signal?.throwIfAborted();
      const { length } = batch;
      if (prepared?.length !== length) {
        await prepared?.session.release();
        prepared = undefined;
        const graph = textGraph(config, projectionDim, size, length);
        prepared = { length, session: await engine.createSession(graph) };
      }
      const { pool_rows, attention_bias } = batch.places();
      const outputs = await prepared.session.run({
        ...weights,
        embeddings: { dims: [size * length, config.hiddenSize], data: batch.embeddings() },
        pool_rows: { dims: [size], data: pool_rows },
        attention_bias: { dims: [1, 1, length, length], data: attention_bias },
      });
      take(batch, outputOf(outputs, 'text_embeds'));
      onDone(at + 1);
      await letMessagesIn();
    }
  } finally {
    await prepared?.session.release();
    // 100 MB and more, just when the vision towers need as much.
    for (const buffer of memory) letGo(buffer);
  }
}
