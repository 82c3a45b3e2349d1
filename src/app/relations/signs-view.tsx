import type { TaskVectorRelations } from '../../state/types';
import { formatPercent } from '../format';
import { HeatMap } from './heat-map';
import { MeaningOf, TableTools } from './view-parts';

const COLUMNS = [
  { key: 'conflicts', name: 'Signs disagree' },
  { key: 'chance', name: 'By chance' },
];

/** At which share of the weights one expert goes up and another down. */
export function SignsView({ relations }: { relations: TaskVectorRelations }) {
  const { layers, total, meaning, tables } = relations;
  const rows = [...layers, total];
  return (
    <>
      <div className="relations-tools">
        <span>
          The share of weights that one expert raises and another lowers, and what it would be on
          average were every sign drawn by lot.
        </span>
      </div>
      <HeatMap
        label="Sign conflicts by layer"
        corner="Layer"
        rows={rows.map(({ layer }) => ({ key: layer, name: layer }))}
        columns={COLUMNS}
        cell={(row, column) => {
          const { signConflicts = Number.NaN, signConflictsByChance = Number.NaN } =
            rows[row] ?? {};
          const share = column === 0 ? signConflicts : signConflictsByChance;
          const text = formatPercent(share);
          return { text, value: text, strength: column === 0 ? share : 0 };
        }}
      />
      <MeaningOf meaning={meaning.signs} />
      <TableTools table={tables.signs} />
    </>
  );
}
