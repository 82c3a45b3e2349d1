/** Combining by whole tensors: what is found of each is found once, and parts are handed out of it. */
import type { TensorBackend } from '../runtime/types';
import { tensorResults } from './parts';
import type { CombinePart } from './types';

export interface Ahead {
  /** In the order in which they are asked for. */
  readonly names: readonly string[];
  /** How many of them are in work at once, with the one that is asked for. */
  readonly count: number;
}

/** A method that makes of every tensor as a whole that of its result. */
export function combineTensors(
  backend: TensorBackend,
  merge: (name: string) => Promise<Float32Array>,
  { names, count }: Ahead = { names: [], count: 1 },
): CombinePart {
  const places = new Map(names.map((name, place) => [name, place]));
  const results = tensorResults(merge);
  /** Before this place every tensor was asked for. */
  let begun = 0;
  return async (part) => {
    const merged = results.of(part);
    const place = places.get(part.name) ?? names.length;
    const next = names.slice(Math.max(begun, place + 1), place + count);
    for (const name of next) results.begin(name);
    begun = Math.max(begun, place + 1 + next.length);
    const values = await merged;
    return backend.receive(part.length, async (memory) => {
      memory.set(values.subarray(part.begin, part.begin + part.length));
    });
  };
}
