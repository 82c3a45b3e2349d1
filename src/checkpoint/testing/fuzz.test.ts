import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../../errors';
import { damaged, fuzz } from './fuzz';

const target = (read: (seed: number) => Promise<unknown>) => ({ name: 'files', read });

describe('fuzzing', () => {
  it('counts what opened and what was refused, from the seed on', async () => {
    const seeds: number[] = [];
    const read = async (seed: number) => {
      seeds.push(seed);
      if (seed % 3 === 0) throw new FormatError('a', 'it is bad.');
      if (seed % 3 === 1) throw new ConfigError('it is wrong.');
    };
    expect(await fuzz(target(read), { seed: 6, rounds: 6 })).toEqual({ rounds: 6, opened: 2 });
    expect(seeds).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('fails at anything else, and names the seed', async () => {
    const read = async (seed: number) => {
      if (seed === 8) throw new TypeError('x is undefined');
    };
    await expect(fuzz(target(read), { seed: 6, rounds: 6 })).rejects.toThrow(
      'files, seed 8: neither opened nor refused',
    );
  });

  it('goes on for the time that it is given', async () => {
    const { rounds } = await fuzz(
      target(() => new Promise((resolve) => setTimeout(resolve, 2))),
      { seed: 1, milliseconds: 30 },
    );
    expect(rounds).toBeGreaterThan(1);
  });

  it('damages files in the same way for the same seed', () => {
    const good = [Uint8Array.from({ length: 2000 }, (_, at) => at % 251)];
    expect(damaged(good, 5, 'end')).toEqual(damaged(good, 5, 'end'));
    expect(damaged(good, 5, 'end')).not.toEqual(damaged(good, 6, 'end'));
    expect(damaged([new Uint8Array()], 5, 'end')).toHaveLength(0);
  });
});
