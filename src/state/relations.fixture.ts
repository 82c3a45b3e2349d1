/** For tests: two experts that were compared. */
import type {
  LayerRow,
  MatrixRelations,
  Spectrum,
  TaskVectorDirections,
  TaskVectorRelations,
} from './types';

const IDS = ['1', '2'];
const NAMES = ['alpha', 'beta'];
const MEANING = { lambda: 'About λ.', method: 'About the method.' };

const cosinesOf = (cosine: number) => [
  [1, cosine],
  [cosine, 1],
];

const row = (layer: string, cosine: number): LayerRow => ({
  layer,
  elements: 100,
  pretrainedNorm: 10,
  norms: [1, 2],
  cosines: cosinesOf(cosine),
  signConflicts: 0.4,
  signConflictsByChance: 0.5,
});

const table = (name: string) => ({ name, text: `${name}\r\n` });

export function someRelations(): TaskVectorRelations {
  return {
    ids: IDS,
    experts: NAMES,
    cosines: cosinesOf(-0.25),
    layers: [row('embeddings', 0.5), row('post', -0.5)],
    total: row('all', -0.25),
    meaning: { cosines: MEANING, norms: MEANING, signs: MEANING },
    tables: {
      cosines: {
        name: 'task_vector_cos_similarity.csv',
        text: ',alpha,beta\nalpha,1.0,-0.25\nbeta,-0.25,1.0\n',
      },
      norms: table('task_vector_norms.csv'),
      signs: table('task_vector_signs.csv'),
    },
  };
}

const spectrum = (largest: number): Spectrum => ({
  norm: 1.5 * largest,
  nuclearNorm: 2 * largest,
  largest,
  rank: 4,
  directions: 3,
  held: 0.75,
  values: [largest, largest / 2, largest / 4, largest / 8],
});

const matrix = (tensor: string, overlap: number | null): MatrixRelations => ({
  tensor,
  layer: 'layers.0.mlp',
  rows: 4,
  columns: 8,
  places: [1, 2, 3, 4],
  experts: [spectrum(1), spectrum(2)],
  sum: spectrum(2.5),
  compared: [2, 2],
  overlaps: [
    [1, overlap],
    [overlap, 1],
  ],
});

export function someDirections(): TaskVectorDirections {
  return {
    ids: IDS,
    experts: NAMES,
    matrices: [matrix('first.weight', 0.5), matrix('second.weight', null)],
    overlaps: cosinesOf(0.5),
    meaning: { spectra: MEANING, overlaps: MEANING },
    tables: {
      spectra: table('task_vector_spectra.csv'),
      overlaps: table('task_vector_overlaps.csv'),
    },
  };
}
