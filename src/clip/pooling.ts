/** Where a prompt is pooled: the token whose hidden state stands for all of it. */
import { FormatError } from '../errors';

/**
 * The position in `ids`. With `eosTokenId` 2, which all of OpenAI's configurations have, that of the largest id; with any other that of
 * the first end token (transformers' `CLIPTextModel.forward`).
 * @throws FormatError where the prompt has no such token: every prompt would get the start token's embedding
 */
export function poolingPosition(ids: readonly number[], eosTokenId: number): number {
  if (eosTokenId === 2) return ids.indexOf(Math.max(...ids));
  const position = ids.indexOf(eosTokenId);
  if (position >= 0) return position;
  throw new FormatError(
    'config.json',
    `text_config.eos_token_id is ${eosTokenId}, but the tokenizer ends a prompt with ${ids.at(-1)}. Use the configuration and the tokenizer of one model.`,
  );
}
