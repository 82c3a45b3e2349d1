/** The options that DARE has wherever it occurs. */
import { flag, numberBetween } from '../program/schemas';

export const dareOptions = {
  /** The share of entries that is dropped by chance. */
  sparsity_ratio: numberBetween(0, 1),
  /** Only weights of linear layers lose entries. */
  only_on_linear_weights: flag,
  /** Divides what remains by the share that remains. */
  rescale: flag,
};
