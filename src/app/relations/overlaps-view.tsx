import { useState } from 'react';
import type { TaskVectorDirections } from '../../state/types';
import { formatPercent } from '../format';
import { Choice } from '../ui/choice';
import { HeatMap } from './heat-map';
import { MeaningOf, TableTools, useExpertHeads } from './view-parts';

/** How far the strongest directions of every two experts coincide, in all matrices or in one. */
export function OverlapsView({ directions }: { directions: TaskVectorDirections }) {
  const { ids, experts, matrices, overlaps, meaning, tables } = directions;
  const [tensor, setTensor] = useState('');
  const heads = useExpertHeads(ids, experts);
  const shown = matrices.find((matrix) => matrix.tensor === tensor)?.overlaps ?? overlaps;
  return (
    <>
      <div className="relations-tools">
        <span>
          How far the strongest directions of two experts coincide: 100 % where those of one are
          those of the other, 0 where all are at right angles.
        </span>
        <label>
          <span>Matrix</span>
          <Choice value={tensor} onChoose={setTensor}>
            <option value="">Mean of all</option>
            {matrices.map((matrix) => (
              <option key={matrix.tensor} value={matrix.tensor}>
                {matrix.tensor}
              </option>
            ))}
          </Choice>
        </label>
      </div>
      <HeatMap
        label="Overlap of the experts’ directions"
        corner="Expert"
        rows={heads}
        columns={heads}
        cell={(row, column) => {
          const overlap = shown[row]?.[column] ?? null;
          if (overlap === null) return { text: '–', value: 'no directions', strength: 0 };
          const text = formatPercent(overlap);
          return { text, value: text, strength: overlap };
        }}
      />
      <MeaningOf meaning={meaning.overlaps} />
      <TableTools table={tables.overlaps} />
    </>
  );
}
