/** How task vectors relate, layer by layer: how long they are, how alike, and where their signs disagree. Sums are of float64. */
import type { ModelPool } from '../../modelpool/types';
import { layerDepth, layerGroup, layerGroups } from '../layers/groups';
import { type PieceOptions, type TaskVectorPiece, taskVectorPieces } from './task-vector-pieces';

export interface LayerRelations {
  /** As factors by layer name it (`layers/groups.ts`). */
  readonly layer: string;
  readonly elements: number;
  /** Length of the base's weights. */
  readonly pretrainedNorm: number;
  /** The dot product of every two task vectors, a row for each expert. */
  readonly products: readonly (readonly number[])[];
  /** Elements that one expert at least raises and another lowers. */
  readonly conflicts: number;
  /** How many there would be on average, were every sign drawn by lot: `1 - 2^(1-k)` for an element that `k` experts change. */
  readonly conflictsByChance: number;
}

interface Sums {
  elements: number;
  baseSquares: number;
  readonly products: number[][];
  conflicts: number;
  /** By the number of experts that change an element, how many elements. */
  readonly changedBy: number[];
}

/** In order of depth; experts in pool order. Weights of experts play no part. Rejects with the signal's reason. */
export async function layerRelations(
  pool: ModelPool,
  options: PieceOptions = {},
): Promise<LayerRelations[]> {
  const layers = new Map<string, Sums>();
  const count = pool.experts.length;
  for await (const piece of taskVectorPieces(pool, options)) {
    const layer = layerGroup(piece.name);
    const sums = layers.get(layer) ?? noSums(count);
    layers.set(layer, sums);
    add(sums, piece);
  }
  return layerGroups(layerDepth(pool.mergedNames)).flatMap((layer) => {
    const sums = layers.get(layer);
    return sums ? [{ layer, ...relationsOf(sums) }] : [];
  });
}

function noSums(experts: number): Sums {
  return {
    elements: 0,
    baseSquares: 0,
    products: Array.from({ length: experts }, () => new Array<number>(experts).fill(0)),
    conflicts: 0,
    changedBy: new Array<number>(experts + 1).fill(0),
  };
}

function relationsOf({ elements, baseSquares, products, conflicts, changedBy }: Sums) {
  return {
    elements,
    pretrainedNorm: Math.sqrt(baseSquares),
    products,
    conflicts,
    conflictsByChance: changedBy.reduce(
      (sum, count, experts) => (experts === 0 ? sum : sum + count * (1 - 2 ** (1 - experts))),
      0,
    ),
  };
}

function add(sums: Sums, { base, taskVectors }: TaskVectorPiece): void {
  sums.elements += base.length;
  sums.baseSquares += dot(base, base);
  addProducts(sums.products, taskVectors);
  for (let i = 0; i < base.length; i++) {
    let raised = 0;
    let lowered = 0;
    for (const values of taskVectors) {
      const value = values[i] as number;
      if (value > 0) raised++;
      else if (value < 0) lowered++;
    }
    if (raised > 0 && lowered > 0) sums.conflicts++;
    sums.changedBy[raised + lowered] = (sums.changedBy[raised + lowered] as number) + 1;
  }
}

/** Adds each piece's part of every product, on both sides of the diagonal. */
function addProducts(products: number[][], pieces: readonly Float32Array[]): void {
  for (const [i, a] of pieces.entries()) {
    for (const [j, b] of pieces.entries()) {
      if (j < i) continue;
      const sum = ((products[i] as number[])[j] as number) + dot(a, b);
      (products[i] as number[])[j] = sum;
      (products[j] as number[])[i] = sum;
    }
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
