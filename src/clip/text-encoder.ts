/** Prompts to text embeddings with a full CLIP's tokenizer and text tower. */
import { CompatibilityError, FormatError } from '../errors';
import type { OrtEngine } from '../runtime/types';
import { padded } from './pooling';
import { type EmbedOptions, embedTokenIds } from './text-tower';
import type { ClipModel, TextConfig } from './types';

/**
 * Text embeddings of the prompts, `[projectionDim]` each and not normalised, in the prompts' order. A prompt that occurs twice is
 * computed once, and `onProgress` counts different prompts.
 * @throws CompatibilityError where the model has no text tower or no tokenizer; FormatError where the two are not of one model;
 *   DOMException `AbortError` when aborted
 */
export async function encodePrompts(
  model: ClipModel,
  engine: OrtEngine,
  prompts: readonly string[],
  options: EmbedOptions = {},
): Promise<Float32Array[]> {
  const { name, text, tokenizer } = model;
  if (text === undefined) {
    throw new CompatibilityError(
      `${name} has no text tower, so it cannot embed class names. Add the full CLIP that it was made from.`,
    );
  }
  if (tokenizer === undefined) {
    throw new CompatibilityError(
      `${name} came without its tokenizer, so it cannot read class names. Add its tokenizer.json (or vocab.json and merges.txt) together with its weights.`,
    );
  }
  // Loaded when there are prompts to read: heads are kept, and the demo brings its own.
  const { createTokenizer, padTokenId } = await import('./tokenizer');
  const tokenize = createTokenizer(tokenizer.json, tokenizer.config, text.config.maxPositions);
  const different = [...new Set(prompts)];
  const prompted = different.map((prompt) => tokenize(prompt).ids);
  for (const ids of prompted) requireFit(text.config, ids);
  const { padding, maxPositions } = text.config;
  const filler = padding === 'tokenizer' ? padTokenId(tokenizer.json, tokenizer.config) : padding;
  const sequences =
    filler === undefined ? prompted : prompted.map((ids) => padded(ids, maxPositions, filler));
  const embeddings = await embedTokenIds(text, engine, sequences, options);
  const byPrompt = new Map(different.map((prompt, index) => [prompt, embeddings[index]]));
  return prompts.flatMap((prompt) => byPrompt.get(prompt) ?? []);
}

/** Token ids beyond the table, or a prompt without the end token that the configuration names, would embed to nonsense. */
function requireFit(config: TextConfig, ids: readonly number[]): void {
  const largest = Math.max(...ids);
  if (largest >= config.vocabSize) {
    throw new FormatError(
      'tokenizer.json',
      `it gives the token id ${largest}, but the text tower has ${config.vocabSize} tokens. Use the tokenizer of this model.`,
    );
  }
  const poolsThere =
    config.pooling === undefined ? config.eosTokenId !== 2 : config.pooling === 'end token';
  if (poolsThere && !ids.includes(config.eosTokenId)) {
    throw new FormatError(
      'config.json',
      `text_config.eos_token_id (eos_id in an open_clip_config.json) is ${config.eosTokenId}, but the tokenizer ends a prompt with ${ids.at(-1)}. Use the configuration and the tokenizer of one model.`,
    );
  }
}
