/** The relations as tables (comma-separated values), each a file. The first is FusionBench's own. */
import { csvText } from '../../csv';
import type { Spectrum } from '../../method/relations/matrix-relations';
import { COSINES_FILE, cosinesCsv } from './cosines-csv';
import { chanceOf } from './directions-meaning';
import type { DirectionRelations, VectorRelations } from './relations';

export interface TableFile {
  readonly name: string;
  readonly text: string;
}

const NORMS_FILE = 'task_vector_norms.csv';
const SIGNS_FILE = 'task_vector_signs.csv';
const SPECTRA_FILE = 'task_vector_spectra.csv';
const OVERLAPS_FILE = 'task_vector_overlaps.csv';

const NORMS = ['layer', 'elements', 'pretrained'];
const SIGNS = ['layer', 'elements', 'sign_conflicts', 'sign_conflicts_by_chance'];
const SPECTRA = [
  'tensor',
  'rows',
  'columns',
  'model',
  'norm',
  'nuclear_norm',
  'largest',
  'rank',
  'directions',
  'held_by_tsvm',
];
const OVERLAPS = ['tensor', 'first', 'second', 'directions', 'overlap', 'overlap_by_chance'];

/** All of them, with what each begins with, by which an earlier one is known. */
export const TABLES = [
  // FusionBench's first cell is empty.
  { name: COSINES_FILE, beginning: ',' },
  { name: NORMS_FILE, beginning: NORMS.join(',') },
  { name: SIGNS_FILE, beginning: SIGNS.join(',') },
  { name: SPECTRA_FILE, beginning: SPECTRA.join(',') },
  { name: OVERLAPS_FILE, beginning: OVERLAPS.join(',') },
] as const;

/** Stands for the sum where a model's name stands otherwise. */
const SUM = 'sum';

type Lines = readonly (readonly (string | number)[])[];

function table(name: string, lines: Lines): TableFile {
  return { name, text: `${csvText(lines)}\r\n` };
}

export interface VectorTables {
  readonly cosines: TableFile;
  readonly norms: TableFile;
  readonly signs: TableFile;
}

export function vectorTables({ experts, cosines, layers, total }: VectorRelations): VectorTables {
  const rows = [...layers, total];
  return {
    cosines: { name: COSINES_FILE, text: cosinesCsv(experts, cosines) },
    norms: table(NORMS_FILE, [
      [...NORMS, ...experts],
      ...rows.map(({ layer, elements, pretrainedNorm, norms }) => [
        layer,
        elements,
        pretrainedNorm,
        ...norms,
      ]),
    ]),
    signs: table(SIGNS_FILE, [
      SIGNS,
      ...rows.map(({ layer, elements, signConflicts, signConflictsByChance }) => [
        layer,
        elements,
        signConflicts,
        signConflictsByChance,
      ]),
    ]),
  };
}

export interface DirectionTables {
  readonly spectra: TableFile;
  readonly overlaps: TableFile;
}

export function directionTables({ experts, matrices }: DirectionRelations): DirectionTables {
  const all = [...new Set(matrices.flatMap(({ places }) => places))].sort((a, b) => a - b);
  const spectra = matrices.flatMap(({ tensor, rows, columns, places, experts: each, sum }) =>
    [...each, sum].map((spectrum, i) => [
      tensor,
      rows,
      columns,
      experts[i] ?? SUM,
      ...figures(spectrum),
      ...all.map((place) => spectrum.values[places.indexOf(place)] ?? ''),
    ]),
  );
  const overlaps = matrices.flatMap((matrix) =>
    matrix.overlaps.flatMap((row, i) =>
      row.slice(i + 1).map((overlap, k) => {
        const j = i + 1 + k;
        const compared = Math.min(matrix.compared[i] ?? 0, matrix.compared[j] ?? 0);
        return [
          matrix.tensor,
          experts[i] ?? '',
          experts[j] ?? '',
          compared,
          overlap ?? '',
          chanceOf(matrix, i, j),
        ];
      }),
    ),
  );
  return {
    spectra: table(SPECTRA_FILE, [
      [...SPECTRA, ...all.map((place) => `value_${place}`)],
      ...spectra,
    ]),
    overlaps: table(OVERLAPS_FILE, [OVERLAPS, ...overlaps]),
  };
}

function figures({ norm, nuclearNorm, largest, rank, directions, held }: Spectrum): number[] {
  return [norm, nuclearNorm, largest, rank, directions, held];
}
