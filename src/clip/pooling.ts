/**
 * The position of the token whose hidden state stands for the whole prompt, as transformers' `CLIPTextModel.forward` has it. With
 * `eosTokenId` 2, which all of OpenAI's configurations state, that of the largest id (the first, if it occurs twice); with any other
 * that of the first end token, or 0 where there is none.
 */
export function poolingPosition(ids: readonly number[], eosTokenId: number): number {
  if (eosTokenId === 2) return ids.indexOf(Math.max(...ids));
  return Math.max(0, ids.indexOf(eosTokenId));
}
