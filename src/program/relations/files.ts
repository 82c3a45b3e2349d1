/** Which files of relations a run writes into its folder for them. */
import type { ProgramConfig } from '../config/program/types';
import { HEAT_MAP_FILE, SVG_BEGINNING } from './heat-map-svg';
import { TABLES } from './tables';

export interface RelationFile {
  readonly name: string;
  /** What every such file begins with, by which an earlier one is known. */
  readonly beginning: string;
}

type Asked = Pick<ProgramConfig, 'method' | 'relations'>;

/** FusionBench's method for them writes the cosines alone. */
export function isCosineMethod({ method }: Pick<ProgramConfig, 'method'>): boolean {
  return method.target === 'TaskVectorCosSimilarity';
}

/** Whether there is a figure: FusionBench is told by `plot_heatmap`. */
function hasHeatMap({ method, relations }: Asked): boolean {
  return (
    relations !== undefined ||
    (method.target === 'TaskVectorCosSimilarity' && method.options.plot_heatmap)
  );
}

export function relationFiles(config: Asked): readonly RelationFile[] {
  const { relations } = config;
  const count = relations ? (relations.directions ? TABLES.length : TABLES.length - 2) : 1;
  const tables = isCosineMethod(config) || relations ? TABLES.slice(0, count) : [];
  return hasHeatMap(config)
    ? [...tables, { name: HEAT_MAP_FILE, beginning: SVG_BEGINNING }]
    : tables;
}
