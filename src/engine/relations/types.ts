/** How task vectors relate, as the page sees it. */
import type { DirectionRelations, VectorRelations } from '../../program/relations/relations';
import type { DirectionTables, VectorTables } from '../../program/relations/tables';

/** How the task vectors of the included experts relate. */
export interface TaskVectorRelations extends VectorRelations {
  /** Of the experts that were compared, in pool order; the base is not among them. */
  readonly ids: readonly string[];
  /** The same as files; of the cosines FusionBench's `task_vector_cos_similarity.csv`. */
  readonly tables: VectorTables;
}

/** How the directions relate in which they change the matrices. */
export interface TaskVectorDirections extends DirectionRelations {
  readonly ids: readonly string[];
  readonly tables: DirectionTables;
}
