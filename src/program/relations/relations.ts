/**
 * How the experts of a pool relate, as the page shows it and the report has it. Weights of experts play no part: it is about
 * the task vectors themselves and their plain sum.
 */
import { cosinesOf, totalProducts } from '../../method/relations/cosine-similarity';
import type { LayerRelations } from '../../method/relations/layer-relations';
import type { MatrixRelations } from '../../method/relations/matrix-relations';
import { overlapMeaning, spectraMeaning } from './directions-meaning';
import { cosinesMeaning, type Meaning, normsMeaning, signsMeaning } from './vectors-meaning';

export type { Meaning } from './vectors-meaning';

/** One layer: lists are of the experts. */
export interface LayerRow {
  readonly layer: string;
  readonly elements: number;
  readonly pretrainedNorm: number;
  /** Lengths of the task vectors. */
  readonly norms: readonly number[];
  readonly cosines: readonly (readonly number[])[];
  /** Shares of the elements: where nonzero signs disagree, and where they would on average were each drawn by lot. */
  readonly signConflicts: number;
  readonly signConflictsByChance: number;
}

/** What one pass over the pool tells. */
export interface VectorRelations {
  /** Names of the experts, in pool order; every list and both sides of every table are in it. */
  readonly experts: readonly string[];
  readonly cosines: readonly (readonly number[])[];
  /** By depth. */
  readonly layers: readonly LayerRow[];
  /** Of all layers together, as of one. */
  readonly total: LayerRow;
  readonly meaning: {
    readonly cosines: Meaning;
    readonly norms: Meaning;
    readonly signs: Meaning;
  };
}

/** What decompositions of its matrices tell. */
export interface DirectionRelations {
  readonly experts: readonly string[];
  readonly matrices: readonly MatrixRelations[];
  /** Means over the matrices where both experts have directions; null where there are none. */
  readonly overlaps: readonly (readonly (number | null)[])[];
  readonly meaning: { readonly spectra: Meaning; readonly overlaps: Meaning };
}

/** What the report has of them. */
export interface RelationsReport extends VectorRelations {
  /** Where they were computed. */
  readonly directions?: Omit<DirectionRelations, 'experts'>;
}

export function vectorRelations(
  experts: readonly string[],
  layers: readonly LayerRelations[],
): VectorRelations {
  const total = totalOf(layers);
  const told = { experts, layers, total };
  return {
    experts,
    cosines: cosinesOf(total.products),
    layers: layers.map(rowOf),
    total: rowOf(total),
    meaning: {
      cosines: cosinesMeaning(told),
      norms: normsMeaning(told),
      signs: signsMeaning(told),
    },
  };
}

function totalOf(layers: readonly LayerRelations[]): LayerRelations {
  const sum = (of: (layer: LayerRelations) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return {
    layer: 'all',
    elements: sum(({ elements }) => elements),
    pretrainedNorm: Math.sqrt(sum(({ pretrainedNorm }) => pretrainedNorm ** 2)),
    products: totalProducts(layers),
    conflicts: sum(({ conflicts }) => conflicts),
    conflictsByChance: sum(({ conflictsByChance }) => conflictsByChance),
  };
}

function rowOf(relations: LayerRelations): LayerRow {
  const { layer, elements, pretrainedNorm, products, conflicts, conflictsByChance } = relations;
  return {
    layer,
    elements,
    pretrainedNorm,
    norms: products.map((row, i) => Math.sqrt(row[i] as number)),
    cosines: cosinesOf(products),
    signConflicts: conflicts / elements,
    signConflictsByChance: conflictsByChance / elements,
  };
}

export function directionRelations(
  experts: readonly string[],
  matrices: readonly MatrixRelations[],
): DirectionRelations {
  const overlaps = experts.map((_, i) =>
    experts.map((__, j) => mean(matrices.flatMap(({ overlaps: of }) => of[i]?.[j] ?? []))),
  );
  return {
    experts,
    matrices,
    overlaps,
    meaning: { spectra: spectraMeaning(matrices), overlaps: overlapMeaning(matrices) },
  };
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
