/** What a configuration names, data with the rows that its run reads of them. */
import type { ProgramConfig } from '../../config/program/types';
import { type Part, partsOf } from '../parts';
import { rowNeeds } from '../row-choice';

export function partsWithRows(config: ProgramConfig): Part[] {
  const needs = rowNeeds(config);
  return partsOf(config).map((part) => {
    if (part.kind !== 'dataset' || part.task === undefined) return part;
    const rows = needs.get(part.task);
    return rows ? { ...part, rows } : part;
  });
}
