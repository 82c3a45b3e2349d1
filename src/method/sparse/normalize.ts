/** What becomes of the values that agree with the elected sign, by mergekit's name. */
import type { Consensus } from './merge-tensors';

export const NORMALIZE = {
  name: 'normalize',
  kind: 'boolean',
  optional: true,
  description: 'Divides the sum of what agrees by how many do.',
} as const;

export function consensusOf({ normalize }: { readonly normalize: boolean }): Consensus {
  return normalize ? 'mean' : 'sum';
}
