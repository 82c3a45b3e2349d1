import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decompose, deviations, gram, MATRICES } from './matrices.fixture';
import { createReferenceProducts } from './reference';
import { createSimdProducts } from './simd';

const { eigenvalues } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/linear-algebra.json', import.meta.url), 'utf8'),
) as { eigenvalues: Record<string, number[]> };

/** Units in the last place of the largest eigenvalue, times the order: what backward stable algorithms keep to. */
const bound = (order: number) => 4 * order * Number.EPSILON;

describe('eigenvalues and eigenvectors', () => {
  it('are compared for every matrix that LAPACK was given', () => {
    expect(Object.keys(MATRICES)).toEqual(Object.keys(eigenvalues));
  });

  describe.each(Object.entries(MATRICES))('of "%s"', (name, matrix) => {
    const given = matrix();
    const found = decompose(createReferenceProducts(), given);

    it('are ascending, and LAPACK’s', () => {
      const expected = eigenvalues[name] ?? [];
      const size = Math.max(...expected.map(Math.abs)) || 1;
      expect(found.values).toHaveLength(expected.length);
      expect(found.values).toEqual([...found.values].sort((a, b) => a - b));
      for (const [i, value] of found.values.entries()) {
        expect(Math.abs(value - (expected[i] ?? Number.NaN)) / size).toBeLessThan(
          bound(given.length),
        );
      }
    });

    it('solve it, at right angles', () => {
      const { residual, orthogonality } = deviations(given, found);
      expect(residual).toBeLessThan(bound(given.length));
      expect(orthogonality).toBeLessThan(bound(given.length));
    });

    it.each([0, 1, 7, given.length - 1])(
      'are the same bits where %i vectors are wanted',
      (wanted) => {
        const count = Math.min(wanted, given.length);
        const { values, vectors } = decompose(createReferenceProducts(), given, count);
        expect(values).toEqual(found.values);
        expect(vectors).toEqual(found.vectors.slice(given.length - count));
      },
    );

    it('are the same bits in SIMD', () => {
      const products = createSimdProducts();
      if (!products) throw new Error('this machine has no SIMD');
      expect(decompose(products, given)).toEqual(found);
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are refused of %d', (value) => {
    for (const [i, j] of [
      [0, 0],
      [3, 1],
      [39, 38],
    ] as const) {
      const matrix = gram(40, 5);
      for (const [row, column] of [
        [i, j],
        [j, i],
      ] as const) {
        (matrix[row] as number[])[column] = value;
      }
      expect(() => decompose(createReferenceProducts(), matrix)).toThrow(RangeError);
    }
  });
});
