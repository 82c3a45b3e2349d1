import { describe, expect, it } from 'vitest';
import { CONTAINERS, damaged, fuzz } from './containers.fuzz';

/** Set to fuzz for so many minutes each, from another seed each time. */
const minutes = Number(process.env.FUZZ_MINUTES ?? 0);

describe('damaged files are opened or refused', () => {
  it.runIf(minutes > 0).each(CONTAINERS)(
    '$name, for a while',
    { timeout: minutes * 60_000 + 60_000 },
    async (target) => {
      await fuzz(target, { seed: Date.now() % 2 ** 31, milliseconds: minutes * 60_000 });
    },
  );

  it.each(CONTAINERS)('$name', { timeout: 60_000 }, async (target) => {
    const { rounds, opened } = await fuzz(target, { seed: 1, rounds: 400 });
    expect(rounds).toBe(400);
    // Both happen, or nothing is tried.
    expect(opened).toBeGreaterThan(10);
    expect(opened).toBeLessThan(390);
  });

  it('the same ones for the same seed', () => {
    const good = [Uint8Array.from({ length: 2000 }, (_, at) => at % 251)];
    expect(damaged(good, 5)).toEqual(damaged(good, 5));
    expect(damaged(good, 5)).not.toEqual(damaged(good, 6));
  });
});
