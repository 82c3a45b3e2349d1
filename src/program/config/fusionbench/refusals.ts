/**
 * Why this program does not have a class of FusionBench 0.2.33, and what here comes nearest. A class that exists is never taken
 * for a misspelt other one: what a suggestion would compute instead is another thing.
 */
import { METHOD_REFUSALS } from './method-refusals';
import { POOL_REFUSALS } from './pool-refusals';
import type { Refusal } from './types';

const TABLE: ReadonlyMap<string, Refusal> = new Map([
  ...METHOD_REFUSALS.flatMap(({ names, ...refusal }) =>
    names.map((name) => [name, refusal] as const),
  ),
  ...POOL_REFUSALS.flatMap(({ names, ...refusal }) =>
    names.map((name) => [name, refusal] as const),
  ),
]);

/** Classes and names for which there is a refusal, for tests. */
export const refusedNames: readonly string[] = [...TABLE.keys()];

/**
 * @param name - a class (`BitDeltaAlgorithm`, with its module or without) or the `name` of a method (`clip_finetune`)
 * @returns a sentence or two, or undefined where FusionBench has nothing of this name that is not had here
 */
export function refusalOf(name: string): string | undefined {
  const own = name.slice(name.lastIndexOf('.') + 1);
  const found = TABLE.get(own);
  if (!found) return undefined;
  return [`${own} is not had here: ${found.why}.`, found.nearest].filter(Boolean).join(' ');
}
