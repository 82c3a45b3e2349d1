/** Token ids to text embeddings: the text tower's run, batch by batch. */
import { readFloat32 } from '../checkpoint/dtype';
import { letGo } from '../checkpoint/let-go';
import type { TensorSource } from '../checkpoint/types';
import { letMessagesIn } from '../runtime/let-messages-in';
import type { OrtEngine, OrtFeed, OrtSession } from '../runtime/types';
import { textGraph, textInputs } from './onnx/text-graph';
import { poolingPosition } from './pooling';
import { readRows } from './rows';
import { POSITION_EMBEDDING, TEXT_PROJECTION, TOKEN_EMBEDDING } from './tensor-names';
import type { TextConfig, TextTower } from './types';

/** Measured on wasm: larger batches are not faster, and a shorter last one wastes more. */
const MAX_BATCH = 32;
/** Finite, so that no score becomes NaN: the lowest float32, as transformers' own mask. */
const MASKED = -3.4028234663852886e38;

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  /** Called after every batch with the number of sequences that are done, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Text embeddings `[projectionDim]`, not normalised, one for each sequence of token ids and in their order. Weights are loaded for the
 * call and let go after it; of the token table only the rows that occur are read.
 * @throws DOMException `AbortError` when aborted
 */
export async function embedTokenIds(
  tower: TextTower,
  engine: OrtEngine,
  sequences: readonly (readonly number[])[],
  { signal, onProgress }: EmbedOptions = {},
): Promise<Float32Array[]> {
  const { config, tensors } = tower;
  const tokens = await readRows(source(tensors, TOKEN_EMBEDDING), sequences.flat());
  const positions = await readFloat32(source(tensors, POSITION_EMBEDDING));
  const projectionDim = source(tensors, TEXT_PROJECTION).shape[0] ?? 0;
  const weights: Record<string, OrtFeed> = {};
  /** Each of them read for this call alone. */
  const memory = new Set<ArrayBuffer>();

  // Sequences of one length stand together: little padding, and few different graphs.
  const order = [...sequences.keys()].sort(
    (a, b) => lengthOf(sequences, a) - lengthOf(sequences, b),
  );
  const batch = Math.min(MAX_BATCH, order.length);
  const embeddings: Float32Array[] = [];
  let prepared: { readonly length: number; readonly session: OrtSession } | undefined;
  try {
    for (const { name, shape } of textInputs(config, projectionDim)) {
      signal?.throwIfAborted();
      const data = await readFloat32(source(tensors, name));
      memory.add(data.buffer);
      weights[name] = { dims: shape, data };
    }
    for (let start = 0; start < order.length; start += batch) {
      signal?.throwIfAborted();
      const part = order.slice(start, start + batch);
      const length = Math.max(...part.map((index) => lengthOf(sequences, index)));
      if (prepared?.length !== length) {
        await prepared?.session.release();
        prepared = undefined;
        const graph = textGraph(config, projectionDim, batch, length);
        prepared = { length, session: await engine.createSession(graph) };
      }
      const ids = part.map((index) => sequences[index] ?? []);
      const feeds = batchFeeds(config, ids, batch, length, tokens, positions);
      const { text_embeds: rows } = await prepared.session.run({ ...weights, ...feeds });
      if (rows === undefined) throw new RangeError('The text graph gave no text_embeds.');
      for (const [at, index] of part.entries()) {
        embeddings[index] = rows.slice(at * projectionDim, (at + 1) * projectionDim);
      }
      onProgress?.(start + part.length, order.length);
      await letMessagesIn();
    }
  } finally {
    await prepared?.session.release();
    // 150 MB in the usual towers, just when the vision towers need as much.
    for (const buffer of memory) letGo(buffer);
  }
  return embeddings;
}

/**
 * Embedded tokens, mask and pooling rows of one batch. Beyond a sequence's end all is zero, and no token before it looks there:
 * where tokens look ahead, `encodePrompts` has made all sequences equally long.
 */
function batchFeeds(
  config: TextConfig,
  sequences: readonly (readonly number[])[],
  batch: number,
  length: number,
  tokens: ReadonlyMap<number, Float32Array>,
  positions: Float32Array,
): Record<string, OrtFeed> {
  const width = config.hiddenSize;
  const embeddings = new Float32Array(batch * length * width);
  const poolRows = new Int32Array(batch);
  for (const [sample, ids] of sequences.entries()) {
    poolRows[sample] = sample * length + poolingPosition(ids, config);
    for (const [position, id] of ids.entries()) {
      const token = tokens.get(id);
      const at = (sample * length + position) * width;
      for (let i = 0; i < width; i++) {
        embeddings[at + i] = (token?.[i] ?? Number.NaN) + (positions[position * width + i] ?? 0);
      }
    }
  }
  const bias = new Float32Array(length * length);
  for (let query = 0; query < length && !config.bidirectional; query++) {
    bias.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return {
    embeddings: { dims: [batch * length, width], data: embeddings },
    pool_rows: { dims: [batch], data: poolRows },
    attention_bias: { dims: [1, 1, length, length], data: bias },
  };
}

function lengthOf(sequences: readonly (readonly number[])[], index: number): number {
  return sequences[index]?.length ?? 0;
}

function source(tensors: ReadonlyMap<string, TensorSource>, name: string): TensorSource {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`The text tower has no ${name}.`);
  return tensor;
}
