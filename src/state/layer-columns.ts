/** The faders of the equaliser: one for what stands before the blocks, one for each block, one for what stands behind them. */
import type { LayerFactors, LayersView } from './types';

/** Which tensors of a block the faders are for. */
export const LAYER_ROWS = ['all', 'attention', 'mlp', 'norms'] as const;
export type LayerRow = (typeof LAYER_ROWS)[number];

export interface LayerColumn {
  /** What stands below the fader. */
  readonly short: string;
  readonly name: string;
  /** The groups that it sets. */
  readonly groups: readonly string[];
}

export const KIND_NAMES: Readonly<Record<Exclude<LayerRow, 'all'>, string>> = {
  attention: 'attention',
  mlp: 'MLP',
  norms: 'norms',
};

export function layerColumns({ depth }: LayersView, row: LayerRow): LayerColumn[] {
  const kinds = row === 'all' ? LAYER_ROWS.filter((kind) => kind !== 'all') : [row];
  const suffix = row === 'all' ? '' : `, ${KIND_NAMES[row]}`;
  // People count from 1, names of tensors from 0.
  const blocks = Array.from({ length: depth }, (_, block) => ({
    short: String(block + 1),
    name: `Block ${block + 1}${suffix}`,
    groups: kinds.map((kind) => `layers.${block}.${kind}`),
  }));
  return [
    { short: 'emb', name: 'Embeddings', groups: ['embeddings'] },
    ...blocks,
    { short: 'norm', name: 'Last norm', groups: ['post'] },
  ];
}

export interface ColumnValue {
  /** The mean, where the groups differ. */
  readonly factor: number;
  readonly mixed: boolean;
}

/** Where the fader of a column stands; some tensors with factors of their own are a mixture as well. */
export function columnValue(
  { groups }: LayerColumn,
  factors: LayerFactors,
  own: LayersView['own'],
): ColumnValue {
  const values = groups.map((group) => factors[group] ?? 1);
  const [first = 1] = values;
  const factor = values.every((value) => value === first)
    ? first
    : values.reduce((sum, value) => sum + value, 0) / values.length;
  const mixed = values.some((value) => value !== first) || groups.some((group) => group in own);
  return { factor, mixed };
}
