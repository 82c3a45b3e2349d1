/** Plain descriptions of how a task vector is thinned out: what threads are told. */

/** One tensor of one expert. */
export interface ExpertTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its place among those that are merged, from 0. */
  readonly expert: number;
}

/** Thins one tensor of a task vector out, in place. */
export type ThinOut = (delta: Float32Array<ArrayBuffer>, tensor: ExpertTensor) => void;

export interface BandOptions {
  readonly density: number;
  readonly gamma: number;
  readonly rescale: boolean;
}

export interface ChanceOptions {
  readonly density: number;
  readonly epsilon: number;
}

export interface DellaOptions extends ChanceOptions {
  readonly rescale: boolean;
  readonly seed: number;
}

/** What stays, and by what options. */
export type Thinning =
  /** See `keep-middle.ts`. */
  | { readonly by: 'band'; readonly options: BandOptions }
  /** See `drop-by-chance.ts`. */
  | { readonly by: 'chance'; readonly options: DellaOptions };

export interface ThinningJob {
  readonly work: { readonly kind: 'thinning'; readonly thinning: Thinning };
  readonly tensor: ExpertTensor;
  /** The expert's. */
  readonly weight: number;
  /** Of the expert's task vector. */
  readonly tensors: readonly [Float32Array<ArrayBuffer>];
}
