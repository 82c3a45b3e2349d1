import { expect, it } from 'vitest';
import { tryConfiguration } from './testing/configurations.fuzz';

it('takes mutated configurations or refuses them by name', { timeout: 120_000 }, async () => {
  let taken = 0;
  const rounds = 600;
  for (let seed = 1; seed <= rounds; seed++) {
    const isTaken = await tryConfiguration(seed).catch((cause: unknown) => {
      throw new Error(`seed ${seed}`, { cause });
    });
    if (isTaken) taken++;
  }
  // Both happen, or nothing is tried.
  expect(taken).toBeGreaterThan(10);
  expect(taken).toBeLessThan(rounds - 100);
});
