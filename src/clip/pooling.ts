/** Which token of a prompt stands for all of it, and what a prompt is filled up with where that matters. */
import type { TextConfig } from './types';

type Pooling = Pick<TextConfig, 'eosTokenId' | 'pooling'>;

/**
 * The position of the token whose hidden state stands for the whole prompt, as transformers' `CLIPTextModel.forward` and
 * OpenCLIP's `text_global_pool` have it. With `eosTokenId` 2, which all of OpenAI's configurations state, that of the largest
 * id (the first, if it occurs twice); with any other that of the first end token, or 0 where there is none. OpenCLIP's models
 * may pool at the first or last position, or at an end token that is 2.
 */
export function poolingPosition(ids: readonly number[], { eosTokenId, pooling }: Pooling): number {
  if (pooling === 'first') return 0;
  if (pooling === 'last') return ids.length - 1;
  if (pooling === undefined && eosTokenId === 2) return ids.indexOf(Math.max(...ids));
  return Math.max(0, ids.indexOf(eosTokenId));
}

/** The ids filled up with `padding` to the tower's whole length, as OpenCLIP's tokenizers do. */
export function padded(ids: readonly number[], length: number, padding: number): readonly number[] {
  return [...ids, ...Array.from({ length: Math.max(0, length - ids.length) }, () => padding)];
}
