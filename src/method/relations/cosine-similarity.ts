/**
 * How alike task vectors are: the cosine of the angle between every two of them, each taken as one long vector.
 * Source: FusionBench's `method/analysis/task_vector_cos_similarity.py`: differences in float32, sums in float64, and norms of
 * at least 1e-8.
 */
import type { LayerRelations } from './layer-relations';

/** torch's `eps`: a task vector of zeros is at right angles to all others, and to itself. */
const LEAST_NORM = 1e-8;

type Products = LayerRelations['products'];

/** Of whole task vectors, the dot product of every two. */
export function totalProducts(layers: readonly Pick<LayerRelations, 'products'>[]): number[][] {
  const [first] = layers;
  return (first?.products ?? []).map((row, i) =>
    row.map((_, j) => layers.reduce((sum, { products }) => sum + (products[i]?.[j] ?? 0), 0)),
  );
}

/** A row for each expert, in pool order; symmetric. */
export function cosinesOf(products: Products): number[][] {
  const squares = products.map((row, i) => Math.max(row[i] as number, LEAST_NORM ** 2));
  return products.map((row, i) =>
    row.map((product, j) => product / Math.sqrt((squares[i] as number) * (squares[j] as number))),
  );
}
