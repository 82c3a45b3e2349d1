import { expect, it } from 'vitest';
import { randomSource } from '../../../checkpoint/random.fixture';
import { createArena } from './arena';

it('gives out pieces that do not overlap, and in the end has all of them back', () => {
  const [begin, end] = [128, 128 + 64 * 100];
  const arena = createArena(begin, end);
  const random = randomSource(3);
  const held: { readonly pointer: number; readonly bytes: number }[] = [];
  let refused = 0;
  for (let step = 0; step < 3000; step++) {
    if (random(2) === 0 && held.length > 0) {
      const [one] = held.splice(random(held.length), 1);
      if (one) arena.give(one.pointer);
      continue;
    }
    const bytes = random(600);
    const pointer = arena.take(bytes);
    if (pointer === null) {
      refused++;
      continue;
    }
    expect(pointer % 64).toBe(0);
    expect(pointer).toBeGreaterThanOrEqual(begin);
    expect(pointer + bytes).toBeLessThanOrEqual(end);
    for (const other of held) {
      const apart = pointer + bytes <= other.pointer || other.pointer + other.bytes <= pointer;
      expect(apart && pointer !== other.pointer).toBe(true);
    }
    held.push({ pointer, bytes });
  }
  expect(refused).toBeGreaterThan(0);
  for (const { pointer } of held) arena.give(pointer);
  expect(arena.take(end - begin)).toBe(begin);
});

it('takes nothing back that it did not give', () => {
  const arena = createArena(0, 640);
  const pointer = arena.take(64);
  arena.give(pointer ?? 0);
  expect(() => arena.give(pointer ?? 0)).toThrow('not taken');
});
