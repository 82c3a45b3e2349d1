/** What decides the merged weights, as it was set, in the words that cross the thread boundary: for undo and for links. */
import type { LayerFactors } from '../method/layers/factors';
import type { OptionValue } from '../method/options';

export interface MergeSettings {
  readonly baseId: string | null;
  /** Null while none was chosen: the method's own holds. */
  readonly scalingFactor: number | null;
  readonly method: MethodSetting;
  readonly layers: LayerFactors;
  /** In the order of the pool, which is that of the sum. */
  readonly models: readonly ModelSetting[];
}

export interface MethodSetting {
  readonly name: string;
  /** What was told; defaults hold for the others. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface ModelSetting {
  readonly id: string;
  readonly included: boolean;
  readonly weight: number;
  /** Of several state dicts in its file, the one that was chosen; null for what the file gives unasked. */
  readonly part: string | null;
}

/** A merge in words that hold in any library: its models by name and by what their weights are. */
export interface NamedMerge {
  readonly method: MethodSetting;
  readonly scalingFactor: number | null;
  /** Absent where all are 1. */
  readonly layers?: LayerFactors;
  readonly pretrained: NamedModel;
  /** In the order of the sum. */
  readonly experts: readonly NamedModel[];
}

export interface NamedModel {
  readonly name: string;
  readonly weight: number;
  /** SHA-256 of the weights; null where it was not known: then the name has to do. */
  readonly sha256: string | null;
  readonly part: string | null;
}

/** Names of the models that a merge needs and that are not in the library; empty where it was applied. */
export interface MergeOutcome {
  readonly missing: readonly string[];
}
