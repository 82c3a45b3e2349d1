/** How the experts of a pool relate: computed, and as the files that a run writes. */
import { createMatrixJobsHere, type MatrixJobs } from '../../method/matrices/jobs';
import { layerRelations } from '../../method/relations/layer-relations';
import { matrixRelations } from '../../method/relations/matrix-relations';
import type { ModelPool } from '../../modelpool/types';
import { HEAT_MAP_FILE, heatMapSvg } from '../relations/heat-map-svg';
import { directionRelations, type RelationsReport, vectorRelations } from '../relations/relations';
import { directionTables, type TableFile, vectorTables } from '../relations/tables';
import type { RunListener } from './messages';

export interface PoolRelations {
  readonly report: RelationsReport;
  /** Every file that there can be. */
  readonly files: readonly TableFile[];
}

/**
 * @param directions - whether every matrix is decomposed as well
 * @throws as `layerRelations` and `matrixRelations`
 */
export async function poolRelations(
  { experts, ...models }: ModelPool,
  directions: boolean,
  matrices: MatrixJobs = createMatrixJobsHere(),
  listener: RunListener,
  signal: AbortSignal,
): Promise<PoolRelations> {
  const pool = { ...models, experts: experts.map(({ model }) => ({ model, weight: 1 })) };
  const names = experts.map(({ model }) => model.name);
  const tells = (what: string) => ({
    signal,
    onProgress: (done: number, total: number) => listener.progress(what, done, total),
  });
  const vectors = vectorRelations(
    names,
    await layerRelations(pool, tells('Comparing the task vectors')),
  );
  const files = [
    ...Object.values<TableFile>({ ...vectorTables(vectors) }),
    { name: HEAT_MAP_FILE, text: heatMapSvg(names, vectors.cosines) },
  ];
  if (!directions) return { report: vectors, files };
  const found = directionRelations(
    names,
    await matrixRelations(pool, matrices, tells('Decomposing the task vectors')),
  );
  const { experts: _, ...told } = found;
  return {
    report: { ...vectors, directions: told },
    files: [...files, ...Object.values<TableFile>({ ...directionTables(found) })],
  };
}
