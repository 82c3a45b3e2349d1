/** What a configuration of mergekit says, in FusionBench's words as far as they go. */
import type { LayerPlan } from '../../../method/layers/plan';
import type { ProgramConfig } from '../program/types';

export interface MergekitMerge extends Pick<ProgramConfig, 'method' | 'modelpool'> {
  /**
   * One for each expert, in the order of the pool: what its task vector is multiplied with before anything else. FusionBench
   * has no such thing; methods that do not go by task vectors have no use for it.
   */
  readonly expertWeights: readonly number[];
  /** Factors by layer; absent where the values are the same for all tensors. */
  readonly layers?: LayerPlan;
}
