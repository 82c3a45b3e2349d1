/** Sequences of token ids cut into batches, and what the text tower's graphs take for one of them. */
import { readFloat32 } from '../checkpoint/dtype';
import type { TensorSource } from '../checkpoint/types';
import type { OrtEngine } from '../runtime/types';
import { poolingPosition } from './pooling';
import { readRows } from './rows';
import { POSITION_EMBEDDING, TOKEN_EMBEDDING } from './tensor-names';
import type { TextConfig, TextTower } from './types';

/** Measured on wasm: larger batches are not faster, and a shorter last one wastes more. */
const MAX_BATCH = 32;
/** Finite, so that no score becomes NaN: the lowest float32, as transformers' own mask. */
const MASKED = -3.4028234663852886e38;

export interface TextBatch {
  /** Tokens per sequence, the shorter ones filled up. */
  readonly length: number;
  /** Which sequences it has. */
  readonly indices: readonly number[];
  /** Token rows plus position rows, made anew: `[size * length, width]`. */
  embeddings(): Float32Array<ArrayBuffer>;
  /** Where sequences are pooled, and what tokens see: the graphs' inputs of these names. */
  places(): Readonly<Record<'pool_rows', Int32Array> & Record<'attention_bias', Float32Array>>;
}

export interface TextBatches {
  /** Sequences per run; a shorter last batch is filled up. */
  readonly size: number;
  /** By their lengths. */
  readonly batches: readonly TextBatch[];
}

/** Sequences of one length stand together: little padding, and few different graphs. Reads the rows of the token table that occur. */
export async function textBatches(
  { config, tensors }: TextTower,
  sequences: readonly (readonly number[])[],
): Promise<TextBatches> {
  const tokens = await readRows(textTensor(tensors, TOKEN_EMBEDDING), sequences.flat());
  const positions = await readFloat32(textTensor(tensors, POSITION_EMBEDDING));
  const lengthOf = (index: number) => sequences[index]?.length ?? 0;
  const order = [...sequences.keys()].sort((a, b) => lengthOf(a) - lengthOf(b));
  const size = Math.min(MAX_BATCH, order.length);
  const batches: TextBatch[] = [];
  for (let start = 0; start < order.length; start += size) {
    const indices = order.slice(start, start + size);
    const length = Math.max(...indices.map(lengthOf));
    const ids = indices.map((index) => sequences[index] ?? []);
    batches.push({
      length,
      indices,
      embeddings: () => embedded(config, ids, size, length, tokens, positions),
      places: () => ({
        pool_rows: poolRows(config, ids, size, length),
        attention_bias: attentionBias(config, length),
      }),
    });
  }
  return { size, batches };
}

/** Beyond a sequence's end all is zero. */
function embedded(
  { hiddenSize: width }: TextConfig,
  sequences: readonly (readonly number[])[],
  batch: number,
  length: number,
  tokens: ReadonlyMap<number, Float32Array>,
  positions: Float32Array,
): Float32Array<ArrayBuffer> {
  const embeddings = new Float32Array(batch * length * width);
  for (const [sample, ids] of sequences.entries()) {
    for (const [position, id] of ids.entries()) {
      const token = tokens.get(id);
      const at = (sample * length + position) * width;
      for (let i = 0; i < width; i++) {
        embeddings[at + i] = (token?.[i] ?? Number.NaN) + (positions[position * width + i] ?? 0);
      }
    }
  }
  return embeddings;
}

function poolRows(
  config: TextConfig,
  sequences: readonly (readonly number[])[],
  batch: number,
  length: number,
): Int32Array {
  const rows = new Int32Array(batch);
  for (const [sample, ids] of sequences.entries()) {
    rows[sample] = sample * length + poolingPosition(ids, config);
  }
  return rows;
}

/** No token looks beyond its sequence's end: where tokens look ahead, `encodePrompts` has made all sequences equally long. */
function attentionBias({ bidirectional }: TextConfig, length: number): Float32Array {
  const bias = new Float32Array(length * length);
  for (let query = 0; query < length && !bidirectional; query++) {
    bias.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return bias;
}

/** Runs all batches through a tower. */
export interface TextRun {
  readonly tower: TextTower;
  readonly projectionDim: number;
  readonly engine: OrtEngine;
  readonly all: TextBatches;
  /** Takes the embeddings of a batch, `[size, projectionDim]`. */
  readonly take: (batch: TextBatch, rows: Float32Array) => void;
  /** After work that is worth so many batches. */
  readonly onDone: (batches: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A tensor of the tower. */
export function textTensor(tensors: ReadonlyMap<string, TensorSource>, name: string): TensorSource {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`The text tower has no ${name}.`);
  return tensor;
}
