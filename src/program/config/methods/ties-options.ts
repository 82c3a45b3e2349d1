/** The options that TIES has wherever it occurs. */
import { finiteNumber, numberBetween, oneOf, texts } from '../program/schemas';

export const tiesOptions = {
  scaling_factor: finiteNumber,
  /** Per cent of each task vector that is kept, the largest entries; up to 1 it counts as a share. */
  threshold: numberBetween(0, 100),
  /** Tensors that are left as in the pretrained model. */
  remove_keys: texts,
  /** How the entries that have the elected sign are joined. */
  merge_func: oneOf(['sum', 'mean', 'max']),
};
