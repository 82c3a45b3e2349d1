/** Why something of FusionBench is not had here. */
export interface Refusal {
  /** A clause that follows the name: "it learns ...". */
  readonly why: string;
  /** A sentence about what can be had instead, and how it differs; undefined where nothing comes near. */
  readonly nearest?: string;
}

export interface RefusalOfSome extends Refusal {
  readonly names: readonly string[];
}
