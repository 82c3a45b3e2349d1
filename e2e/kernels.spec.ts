import { readFileSync } from 'node:fs';
import type { room } from './pages/kernels';
import { openTestPage } from './support/pages';
import { expect, test } from './support/test';

const fixture = new URL('../reference/fixtures/methods/expected.json', import.meta.url);
const { results }: { results: { method: string }[] } = JSON.parse(readFileSync(fixture, 'utf8'));
/** The methods of the fixture, by FusionBench's names; task arithmetic has a fixture of its own. */
const METHODS = [...new Set(results.map(({ method }) => method))];

test.describe('WGSL', () => {
  test('holds the table that the CPU backend defines, bit for bit', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'kernels');
    const results = await call('runTable');
    expect(results.length).toBeGreaterThan(60);
    expect(results.filter(({ differing }) => differing > 0)).toEqual([]);
    expect(results.every(({ elements }) => elements > 0)).toBe(true);
  });

  test('is judged by the self-test, which says what it found', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'kernels');
    const { exact, detail } = await call('selfTest');
    // A driver may flush subnormals; anything else would show in the table above as well.
    expect(exact || detail.includes('flushes subnormals')).toBe(true);
    expect(detail).not.toContain('fuses');
    expect(detail).not.toContain('reassociates');
    expect(detail).not.toContain('rounds otherwise');
  });

  for (const shape of ['p8-32', 'p16-48', 'p8-24']) {
    test(`merges ${shape} to the bytes of FusionBench`, async ({ page }) => {
      const file = new URL(`../reference/fixtures/merge/${shape}/expected.json`, import.meta.url);
      const { experts, scaling_factors: expected } = JSON.parse(readFileSync(file, 'utf8'));
      const call = await openTestPage<typeof room>(page, 'kernels');
      const actual = await call('mergedHashes', shape, experts, Object.keys(expected));
      expect(actual).toEqual(expected);
    });
  }

  for (const method of METHODS) {
    test(`gives the bytes of the reference: ${method}`, async ({ page }) => {
      const call = await openTestPage<typeof room>(page, 'kernels');
      const rows = await call('methodRows', method);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every(({ tensors }) => tensors > 20)).toBe(true);
      expect(rows.filter(({ differing }) => differing.length > 0)).toEqual([]);
    });
  }

  test('reserves what can be had before work begins', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'kernels');
    expect(await call('reserve', 300_000_000)).toBe('granted');
  });

  test('says so when the GPU has no memory for the weights', async ({ page }) => {
    const call = await openTestPage<typeof room>(page, 'kernels');
    expect(await call('allocateTooMuch')).toContain('DeviceError: The GPU refused memory');
  });
});
