import { useState } from 'react';
import type { TaskVectorRelations } from '../../state/types';
import { Choice } from '../ui/choice';
import { formatCosine } from './heat';
import { HeatMap } from './heat-map';
import { MeaningOf, TableTools, useExpertHeads } from './view-parts';

/** Which way the task vectors point, as wholes or within one layer. */
export function CosinesView({ relations }: { relations: TaskVectorRelations }) {
  const { ids, experts, cosines, layers, meaning, tables } = relations;
  const [layer, setLayer] = useState('');
  const heads = useExpertHeads(ids, experts);
  const shown = layers.find((each) => each.layer === layer)?.cosines ?? cosines;
  return (
    <>
      <div className="relations-tools">
        <span>
          1 is the same direction, 0 a right angle, −1 the opposite. Weights in the pool play no
          part.
        </span>
        <label>
          <span>Layer</span>
          <Choice value={layer} onChoose={setLayer}>
            <option value="">All</option>
            {layers.map((each) => (
              <option key={each.layer} value={each.layer}>
                {each.layer}
              </option>
            ))}
          </Choice>
        </label>
      </div>
      <HeatMap
        label="Cosines between task vectors"
        corner="Expert"
        rows={heads}
        columns={heads}
        cell={(row, column) => {
          const cosine = shown[row]?.[column] ?? Number.NaN;
          return { text: formatCosine(cosine), value: String(cosine), strength: cosine };
        }}
      />
      <MeaningOf meaning={meaning.cosines} />
      <TableTools table={tables.cosines} />
    </>
  );
}
