/** Test support: seeded mutations of files, as damage, ignorance and malice make them. */

import { joinBytes } from '../../checkpoint/join-bytes';
import { randomSource } from '../../checkpoint/random.fixture';

/** `randomSource`, and a choice by it. */
export interface Dice {
  below(bound: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
}

export function dice(seed: number): Dice {
  const below = randomSource(seed);
  return { below, pick: (items) => items[below(items.length)] };
}

/** Values that readers forget: of other types, beyond every bound, nested. */
const ODD = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e-308,
    2 ** 53,
    '',
    'x',
    '\u0000',
    '../x',
    '__proto__',
  ],
  ...[[], {}, [[]], [null], ['x', 1], { x: {} }, 'x'.repeat(5000)],
];

/** The same JSON value with one to three places changed: another value, a key gone, a key twice, or nested beyond all sense. */
export function mutatedJson(value: unknown, roll: Dice): unknown {
  let changed: unknown = structuredClone(value);
  for (let times = 1 + roll.below(3); times > 0; times--) changed = changedOnce(changed, roll);
  return changed;
}

function changedOnce(value: unknown, roll: Dice): unknown {
  if (typeof value !== 'object' || value === null || roll.below(12) === 0) return odd(roll);
  const keys = Object.keys(value);
  const key = roll.pick(keys);
  if (key === undefined) return odd(roll);
  const copy: Record<string, unknown> = { ...value };
  const what = roll.below(5);
  if (what === 0) delete copy[key];
  else if (what === 1) copy[`${key}x`] = odd(roll);
  else copy[key] = changedOnce(copy[key], roll);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

function odd(roll: Dice): unknown {
  if (roll.below(20) > 0) return roll.pick(ODD);
  let deep: unknown = 1;
  for (let level = 1 + roll.below(400); level > 0; level--)
    deep = roll.below(2) ? [deep] : { a: deep };
  return deep;
}

/** The same bytes with a few flipped, cut, doubled or put in. */
export function mutatedBytes(bytes: Uint8Array, roll: Dice): Uint8Array<ArrayBuffer> {
  let changed = new Uint8Array(bytes);
  for (let times = 1 + roll.below(4); times > 0 && changed.length > 0; times--) {
    const at = roll.below(changed.length);
    const length = 1 + roll.below(16);
    const what = roll.below(6);
    if (what < 3) changed[at] = roll.below(256);
    else if (what === 3)
      changed = joinBytes([changed.subarray(0, at), changed.subarray(at + length)]);
    else if (what === 4) {
      const again = changed.subarray(at, at + length);
      changed = joinBytes([changed.subarray(0, at), again, changed.subarray(at)]);
    } else if (roll.below(4) === 0) changed = changed.slice(0, at);
    else {
      const noise = Uint8Array.from({ length }, () => roll.below(256));
      changed = joinBytes([changed.subarray(0, at), noise, changed.subarray(at)]);
    }
  }
  return changed;
}
