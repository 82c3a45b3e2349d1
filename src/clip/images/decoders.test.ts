import { expect, it } from 'vitest';
import { fuzzDecoders } from './testing/decoders.fuzz';

it('takes mutated pictures or refuses them by name', { timeout: 120_000 }, async () => {
  const seed = Number(process.env.PICTURE_SEED ?? 1);
  const runs = Number(process.env.PICTURE_RUNS ?? 400);
  const report = await fuzzDecoders(seed, { runs });
  if (process.env.PICTURE_RUNS) console.log(report);
  expect(report.decoded + report.refused).toBe(runs);
  // Neither is so rare that nothing is tested.
  expect(report.decoded).toBeGreaterThan(runs / 20);
  expect(report.refused).toBeGreaterThan(runs / 20);
});
