import { describe, expect, it } from 'vitest';
import { karcherMean } from '../karcher-mean';
import type { MethodOptions } from '../options';
import { mergeVectors, vectorPool } from '../testing/pool';
import { karcherCoefficients } from './coefficients';

async function merge(
  experts: readonly (readonly number[])[],
  options: MethodOptions = {},
): Promise<readonly number[]> {
  const base = { a: (experts[0] ?? []).map(() => 9) };
  const pool = vectorPool(
    base,
    experts.map((a) => ({ a })),
  );
  return (await mergeVectors(pool, { method: karcherMean, options })).a ?? [];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

describe('the Karcher mean', () => {
  it('of one expert is the expert', async () => {
    expect(await merge([[1, -2]])).toEqual([1, -2]);
  });

  it('of two is the middle of the arc, at the mean of their lengths', async () => {
    expectClose(
      await merge([
        [2, 0],
        [0, 4],
      ]),
      [3 * Math.SQRT1_2, 3 * Math.SQRT1_2],
    );
  });

  it('has angles to all in balance, where the mean of the vectors has not', async () => {
    // On a circle it is the mean of the angles: 0, 10 and 110 degrees.
    const onCircle = (degrees: number) => [
      Math.cos((degrees * Math.PI) / 180),
      Math.sin((degrees * Math.PI) / 180),
    ];
    const experts = [0, 10, 110].map(onCircle);
    expectClose(await merge(experts), onCircle(40));
    const [x = 0, y = 0] = await merge(experts, { max_iter: 0 });
    expect((Math.atan2(y, x) * 180) / Math.PI).not.toBeCloseTo(40, 0);
  });

  it('leaves out what has no length, but for the mean of the lengths', async () => {
    expectClose(
      await merge([
        [0, 0],
        [3, 4],
      ]),
      [1.5, 2],
    );
    expect(
      await merge([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([0, 0]);
  });

  it('begins at the first where the mean of the units vanishes', () => {
    const vectors = [Float32Array.of(1, 0), Float32Array.of(-1, 0)];
    const [first = 0, second = 0] = karcherCoefficients(vectors, { max_iter: 0, tol: 1e-5 });
    expect([first, second]).toEqual([1, 0]);
  });

  it('is a number where all experts are the same and every step counts', async () => {
    expectClose(
      await merge(
        [
          [3, 4],
          [3, 4],
        ],
        { tol: 0 },
      ),
      [3, 4],
    );
  });
});
