/** What a run measured, for the card of the model that it saves. */
import type { CardFigures } from '../export/card-files';
import type { SearchReport, TaskResult } from '../report';

/** @param search where values were tried: those of the scaling factor are a curve of the pictures to choose by */
export function runFigures(
  results: readonly TaskResult[],
  search: SearchReport | undefined,
): CardFigures {
  const rows =
    search?.name === 'lambda'
      ? search.values.map(({ scalingFactor, accuracy }) => ({ scalingFactor, accuracy }))
      : [];
  return {
    scores: { merged: results, pretrained: [], expert: [] },
    curve: rows.length > 0 ? { rows, of: 'to choose by' } : null,
  };
}
