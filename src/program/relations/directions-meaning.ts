/** What spectra and common directions of task vectors mean for the scaling factor and for the method; see `vectors-meaning.ts`. */
import type { MatrixRelations } from '../../method/relations/matrix-relations';
import type { Meaning } from './vectors-meaning';
import { median, number, percent, range } from './wording';

const NO_MATRIX: Meaning = {
  lambda: 'No matrix is changed by two experts: no λ is too much for any direction.',
  method: 'No two experts share a matrix, so methods on whole matrices have nothing to separate.',
};

/** The shorter side, which is how many directions there are. */
const sideOf = ({ rows, columns }: MatrixRelations): number => Math.min(rows, columns);

export function spectraMeaning(matrices: readonly MatrixRelations[]): Meaning {
  const changed = matrices.filter(({ sum }) => sum.largest > 0);
  if (changed.length === 0) return NO_MATRIX;
  const growth = median(
    changed.map(({ sum, experts }) => sum.largest / Math.max(...experts.map((e) => e.largest))),
  );
  const shareOf = (of: (matrix: MatrixRelations) => number) =>
    median(changed.map((matrix) => of(matrix) / sideOf(matrix)));
  const everyone = changed[0]?.experts.map((_, e) =>
    shareOf(({ experts }) => experts[e]?.directions ?? 0),
  ) ?? [0];
  // |M - m U V'|² = |M|² - m² d, m the mean of the d singular values.
  const moved = median(
    changed.map((matrix) => {
      const { norm, nuclearNorm } = matrix.sum;
      return Math.sqrt(Math.max(0, 1 - nuclearNorm ** 2 / (sideOf(matrix) * norm ** 2)));
    }),
  );
  return {
    lambda: `In the median matrix the sum is ${number(growth)} times as strong in its strongest direction as any expert in its own: from λ = ${number(1 / growth)} on it is pushed further than any of them went.`,
    method: `95 % of the sum lie in ${percent(shareOf(({ sum }) => sum.directions))} of its directions, of an expert in ${range(Math.min(...everyone), Math.max(...everyone), percent)}; Iso-C, which makes all of the sum’s equally strong, moves a matrix by ${percent(moved)} of its length.`,
  };
}

/** From so many times chance on it is worth saying. */
const NOTABLE = 1.5;

export function overlapMeaning(matrices: readonly MatrixRelations[]): Meaning {
  const pairs = matrices.flatMap((matrix) =>
    matrix.overlaps.flatMap((row, i) =>
      row.flatMap((overlap, j) =>
        j <= i || overlap === null ? [] : [{ overlap, chance: chanceOf(matrix, i, j) }],
      ),
    ),
  );
  if (pairs.length === 0) return NO_MATRIX;
  const mean = (of: (pair: { overlap: number; chance: number }) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const [overlap, chance] = [mean((pair) => pair.overlap), mean((pair) => pair.chance)];
  const held = median(matrices.flatMap(({ experts }) => experts.map((expert) => expert.held)));
  const isShared = overlap >= NOTABLE * chance;
  return {
    lambda: `The experts’ strongest directions coincide by ${percent(overlap)}, by chance it would be ${percent(chance)}: ${
      isShared
        ? 'they work in common directions, in which λ moves all of them at once'
        : 'each has mostly directions of its own, in which λ moves it without the others'
    }.`,
    method: `TSV-M keeps directions of each expert that hold ${percent(held)} of its squared length in the median matrix, and turns apart those that coincide: beyond chance there are ${isShared ? 'many' : 'few'}.`,
  };
}

/** What directions drawn by lot overlap by on average: as many as are compared, of as many as there are. */
export function chanceOf(matrix: MatrixRelations, i: number, j: number): number {
  return Math.min(matrix.compared[i] ?? 0, matrix.compared[j] ?? 0) / sideOf(matrix);
}
