import type { room } from './pages/vision';
import { fixtureJson } from './support/fixture-pool';
import { openTestPage } from './support/pages';
import { expect, test } from './support/test';

/** The project's promises: how far embeddings may be from transformers', relative to their largest value. */
const TOLERANCE = { cpu: 1e-5, webgpu: 1e-4 };
const SHAPES = ['p8-32', 'p16-48', 'p8-24'];

for (const kind of ['cpu', 'webgpu'] as const) {
  test(`the vision tower on ${kind} gives transformers' embeddings with the weights that the merge wrote`, async ({
    page,
  }) => {
    const call = await openTestPage<typeof room>(page, 'vision');
    for (const shape of SHAPES) {
      const { experts } = fixtureJson<{ experts: string[] }>(`merge/${shape}/expected.json`);
      const { provider, own, merged, apart, back } = await call('compare', kind, shape, experts);
      expect(provider).toBe(kind === 'cpu' ? 'wasm' : 'webgpu');
      expect(own, `${shape}, the base`).toBeLessThan(TOLERANCE[kind]);
      expect(merged, `${shape}, merged at 0.3`).toBeLessThan(TOLERANCE[kind]);
      // The session read the new weights, and afterwards the old ones again.
      expect(apart).toBeGreaterThan(10 * TOLERANCE[kind]);
      expect(back).toBe(0);
    }
  });
}

test('a WebGPU session is trusted only after it agreed with wasm', async ({ page }) => {
  const call = await openTestPage<typeof room>(page, 'vision');
  expect(await call('verify', 'p8-32', 'none')).toBe('trusted');
  for (const alteration of [
    'one value, by a hundredth of the largest',
    'one value, not a number',
  ] as const) {
    expect(await call('verify', 'p8-32', alteration)).toMatch(
      /^DeviceError: This GPU computes the vision tower wrongly .* Choose the CPU engine\.$/,
    );
  }
});
