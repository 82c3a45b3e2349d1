import type { TaskVectorRelations } from '../../state/types';
import { formatPercent } from '../format';
import { HeatMap } from './heat-map';
import { MeaningOf, TableTools, useExpertHeads } from './view-parts';

/** How long each task vector is in each layer, beside the base's weights. */
export function NormsView({ relations }: { relations: TaskVectorRelations }) {
  const { ids, experts, layers, total, meaning, tables } = relations;
  const columns = useExpertHeads(ids, experts);
  const rows = [...layers, total];
  const relative = (row: number, column: number) => {
    const { norms = [], pretrainedNorm = 0 } = rows[row] ?? {};
    return (norms[column] ?? Number.NaN) / pretrainedNorm;
  };
  const largest = Math.max(
    ...rows.flatMap((_, row) => columns.map((__, column) => relative(row, column))),
  );
  return (
    <>
      <div className="relations-tools">
        <span>
          The length of each task vector in each layer, as a share of the base’s weights there.
        </span>
      </div>
      <HeatMap
        label="Norms of task vectors by layer"
        corner="Layer"
        rows={rows.map(({ layer }) => ({ key: layer, name: layer }))}
        columns={columns}
        cell={(row, column) => {
          const value = relative(row, column);
          const norm = rows[row]?.norms[column] ?? Number.NaN;
          return {
            text: formatPercent(value),
            value: `${norm.toPrecision(4)}, ${formatPercent(value)} of the base’s`,
            strength: value / largest,
          };
        }}
      />
      <MeaningOf meaning={meaning.norms} />
      <TableTools table={tables.norms} />
    </>
  );
}
