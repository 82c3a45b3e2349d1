import { useState } from 'react';
import type { TaskVectorDirections } from '../../state/types';
import { formatPercent } from '../format';
import { HeatMap } from './heat-map';
import { SpectrumPlot } from './spectrum-plot';
import { MeaningOf, TableTools, useExpertHeads } from './view-parts';

/** In how many directions each expert and their sum change every matrix, and the singular values of one. */
export function SpectraView({ directions }: { directions: TaskVectorDirections }) {
  const { ids, experts, matrices, meaning, tables } = directions;
  const [shown, setShown] = useState(0);
  const columns = [...useExpertHeads(ids, experts), { key: 'sum', name: 'Sum' }];
  const matrix = matrices[shown];
  return (
    <>
      <div className="relations-tools">
        <span>
          How many of a matrix’s directions hold 95 % of its squared length, for each expert and for
          their sum. The plot is of the row that is chosen.
        </span>
      </div>
      <HeatMap
        label="Directions by matrix"
        corner="Matrix"
        rows={matrices.map(({ tensor }) => ({ key: tensor, name: tensor, shown: shortOf(tensor) }))}
        columns={columns}
        onRow={setShown}
        cell={(row, column) => {
          const { experts: spectra = [], sum, rows = 0, columns: across = 0 } = matrices[row] ?? {};
          const count = (spectra[column] ?? sum)?.directions ?? 0;
          const side = Math.min(rows, across);
          const share = count / side;
          return {
            text: String(count),
            value: `${count} of ${side} directions, ${formatPercent(share)}`,
            strength: share,
          };
        }}
      />
      {matrix && <SpectrumPlot matrix={matrix} />}
      <MeaningOf meaning={meaning.spectra} />
      <TableTools table={tables.spectra} />
    </>
  );
}

/** Without what all names have in common: it is the rest that tells them apart in a narrow column. */
function shortOf(tensor: string): string {
  return tensor.replace(/^encoder\.layers\./, '').replace(/\.weight$/, '');
}
