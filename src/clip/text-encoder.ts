/** Prompts to text embeddings with a full CLIP's text tower. */
import { readFloat32 } from '../checkpoint/dtype';
import type { TensorSource } from '../checkpoint/types';
import { CompatibilityError, FormatError } from '../errors';
import type { OrtEngine, OrtFeed, OrtSession } from '../runtime/types';
import { textGraph, textInputs } from './onnx/text-graph';
import { poolingPosition } from './pooling';
import { readRows } from './rows';
import { POSITION_EMBEDDING, TEXT_PROJECTION, TOKEN_EMBEDDING } from './tensor-names';
import { createTokenizer } from './tokenizer';
import type { ClipModel, TextConfig } from './types';

/** Measured on wasm: larger batches are not faster, and they make the last one longer. */
const MAX_BATCH = 32;
/** Finite, so that a masked score minus itself is 0 and not NaN; transformers' own mask value. */
const MASKED = -3.4028234663852886e38;

export interface EncodePromptsOptions {
  readonly signal?: AbortSignal;
  /** Called after every batch with the number of different prompts that are done, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Text embeddings of the prompts, `[projectionDim]` each and not normalised, in the prompts' order. A prompt that occurs twice is
 * computed once. Weights are loaded for the call and let go after it.
 * @throws CompatibilityError where the model has no text tower or no tokenizer; DOMException `AbortError` when aborted
 */
export async function encodePrompts(
  model: ClipModel,
  engine: OrtEngine,
  prompts: readonly string[],
  { signal, onProgress }: EncodePromptsOptions = {},
): Promise<Float32Array[]> {
  const { config, tensors, tokenizer } = requireText(model);
  const tokenize = createTokenizer(tokenizer.json, tokenizer.config, config.maxPositions);
  const encoded = new Map(prompts.map((prompt) => [prompt, tokenize(prompt).ids]));
  requireVocabulary(config, encoded.values());
  // Prompts of one length stand together: little padding, and few different graphs.
  const order = [...encoded].sort(([, a], [, b]) => a.length - b.length);
  const batch = Math.min(MAX_BATCH, order.length);

  const projectionDim = source(tensors, TEXT_PROJECTION).shape[0] ?? 0;
  const tokens = await readRows(source(tensors, TOKEN_EMBEDDING), [...encoded.values()].flat());
  const positions = await readFloat32(source(tensors, POSITION_EMBEDDING));
  const weights: Record<string, OrtFeed> = {};
  for (const { name, shape } of textInputs(config, projectionDim)) {
    signal?.throwIfAborted();
    weights[name] = { dims: shape, data: await readFloat32(source(tensors, name)) };
  }

  const embeddings = new Map<string, Float32Array>();
  let prepared: { readonly length: number; readonly session: OrtSession } | undefined;
  try {
    for (let start = 0; start < order.length; start += batch) {
      signal?.throwIfAborted();
      const part = order.slice(start, start + batch);
      const length = Math.max(...part.map(([, ids]) => ids.length));
      if (prepared?.length !== length) {
        await prepared?.session.release();
        prepared = undefined;
        const graph = textGraph(config, projectionDim, batch, length);
        prepared = { length, session: await engine.createSession(graph) };
      }
      const ids = part.map(([, promptIds]) => promptIds);
      const { text_embeds: rows } = await prepared.session.run({
        ...weights,
        ...batchFeeds(config, ids, batch, length, tokens, positions),
      });
      for (const [at, [prompt]] of part.entries()) {
        const row = rows?.slice(at * projectionDim, (at + 1) * projectionDim);
        if (row !== undefined) embeddings.set(prompt, row);
      }
      onProgress?.(start + part.length, order.length);
    }
  } finally {
    await prepared?.session.release();
  }
  return prompts.map((prompt) => {
    const embedding = embeddings.get(prompt);
    if (embedding === undefined) throw new RangeError('The text graph gave no text_embeds.');
    return embedding;
  });
}

/** Embedded tokens, causal mask and pooling rows of one batch; what lies beyond a prompt's end is zero and seen by no one before it. */
function batchFeeds(
  config: TextConfig,
  prompts: readonly (readonly number[])[],
  batch: number,
  length: number,
  tokens: ReadonlyMap<number, Float32Array>,
  positions: Float32Array,
): Record<string, OrtFeed> {
  const width = config.hiddenSize;
  const embeddings = new Float32Array(batch * length * width);
  const poolRows = new Int32Array(batch);
  for (const [sample, ids] of prompts.entries()) {
    poolRows[sample] = sample * length + poolingPosition(ids, config.eosTokenId);
    for (const [position, id] of ids.entries()) {
      const token = tokens.get(id);
      const at = (sample * length + position) * width;
      for (let i = 0; i < width; i++) {
        embeddings[at + i] = (token?.[i] ?? Number.NaN) + (positions[position * width + i] ?? 0);
      }
    }
  }
  const bias = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    bias.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return {
    embeddings: { dims: [batch * length, width], data: embeddings },
    pool_rows: { dims: [batch], data: poolRows },
    attention_bias: { dims: [1, 1, length, length], data: bias },
  };
}

function requireText(model: ClipModel) {
  const { text, tokenizer, name } = model;
  if (text === undefined) {
    throw new CompatibilityError(
      `${name} has no text tower, so it cannot embed class names. Add the full CLIP that it was made from.`,
    );
  }
  if (tokenizer === undefined) {
    throw new CompatibilityError(
      `${name} came without its tokenizer, so it cannot read class names. Add tokenizer.json and tokenizer_config.json together with its weights.`,
    );
  }
  return { ...text, tokenizer };
}

function requireVocabulary(config: TextConfig, prompts: Iterable<readonly number[]>): void {
  for (const ids of prompts) {
    const largest = Math.max(...ids);
    if (largest < config.vocabSize) continue;
    throw new FormatError(
      'tokenizer.json',
      `it gives the token id ${largest}, but the text tower has ${config.vocabSize} tokens. Use the tokenizer of this model.`,
    );
  }
}

function source(tensors: ReadonlyMap<string, TensorSource>, name: string): TensorSource {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`The text tower has no ${name}.`);
  return tensor;
}
