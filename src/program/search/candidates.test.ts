import { describe, expect, it } from 'vitest';
import { type Candidate, LAMBDA_PLAN, search, WEIGHTS_PLAN } from './search';

const before: Candidate = { scalingFactor: 0.7, weights: [1, 1] };

describe('a search over models', () => {
  it('begins with the model before, and counts it', async () => {
    const seen: number[] = [];
    const found = await search(LAMBDA_PLAN, before, async ({ scalingFactor }) => {
      seen.push(scalingFactor);
      return (scalingFactor - 0.4) ** 2;
    });
    expect(seen.slice(0, 7)).toEqual([0.7, 0, 0.3, 0.6, 0.9, 1.2, 1.5]);
    expect(seen.length).toBeLessThanOrEqual(LAMBDA_PLAN.evaluations);
    expect(new Set(seen).size).toBe(seen.length);
    expect(found?.best.value.scalingFactor).toBeCloseTo(0.4, 1);
    expect(found?.best.value.weights).toEqual([1, 1]);
    expect(found?.stopped).toBe(false);
  });

  it('keeps the model before where nothing is better', async () => {
    const loss = async ({ scalingFactor }: Candidate) => (scalingFactor === 0.7 ? 0 : 1);
    expect((await search(LAMBDA_PLAN, before, loss))?.best.value).toEqual(before);
  });

  it('moves weights at the factor that there is', async () => {
    const found = await search(
      WEIGHTS_PLAN,
      before,
      async ({ weights: [a = 0, b = 0] }) => (a - 0.5) ** 2 + (b - 1.25) ** 2,
    );
    expect(found?.best.value).toEqual({ scalingFactor: 0.7, weights: [0.5, 1.25] });
    expect(found?.all[0]?.value).toBe(before);
  });

  it('ends with the best of what it has when it is stopped', async () => {
    let left = 4;
    const found = await search(LAMBDA_PLAN, before, async ({ scalingFactor }) =>
      left-- > 0 ? (scalingFactor - 0.3) ** 2 : null,
    );
    expect(found?.stopped).toBe(true);
    expect(found?.all.map(({ value }) => value.scalingFactor)).toEqual([0.7, 0, 0.3, 0.6]);
    expect(found?.best.value.scalingFactor).toBe(0.3);
  });

  it('has nothing when it is stopped before the first value, and fails as its evaluation does', async () => {
    expect(await search(LAMBDA_PLAN, before, async () => null)).toBeNull();
    const lost = new Error('the device is lost');
    await expect(search(LAMBDA_PLAN, before, () => Promise.reject(lost))).rejects.toBe(lost);
  });
});
