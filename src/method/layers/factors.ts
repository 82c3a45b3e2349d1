/**
 * A factor for every tensor of a task vector, between the method and the scaling factor: `theta_0 + (lambda * f) * S`. Kept by
 * group, and by tensor where one differs from its group; what is not named has 1.
 *
 * The product of a tensor's factor and the scaling factor is a double and rounded to float32 once, where it is applied. With
 * factors of 1 it is the scaling factor itself, so that the bytes are those without any.
 */
import { ConfigError } from '../../errors';
import { layerDepth, layerGroup, layerGroups } from './groups';

/** By group (`embeddings`, `layers.0.attention`, ..., `post`) or canonical name of a tensor; finite. */
export type LayerFactors = Readonly<Record<string, number>>;

/** Every tensor has 1. */
export const FLAT: LayerFactors = {};

/** A tensor's factor: its own, else its group's, else 1. */
export function layerFactor(factors: LayerFactors, name: string): number {
  return factors[name] ?? factors[layerGroup(name)] ?? 1;
}

/** What a tensor of `S` is multiplied with: a double, to be rounded to float32 once. */
export function tensorScale(scalingFactor: number, factors: LayerFactors, name: string): number {
  return scalingFactor * layerFactor(factors, name);
}

/**
 * The factors of these tensors in the one way of writing them: equal factors are equal records, and what no tensor asks for is
 * left out. A group has the factor that most of its tensors have.
 *
 * @param names - canonical, in any order
 */
export function factorTable(
  names: readonly string[],
  factorOf: (name: string) => number,
): LayerFactors {
  const members = new Map<string, string[]>();
  // In one order, whatever a file's is: of two factors that are as common the first holds.
  for (const name of names.toSorted()) {
    const group = layerGroup(name);
    members.set(group, [...(members.get(group) ?? []), name]);
  }
  const table: Record<string, number> = {};
  const own: Record<string, number> = {};
  for (const group of layerGroups(layerDepth(names))) {
    // No minus zero: it would change the sign of zeros in the bytes.
    const factors = (members.get(group) ?? []).map((name) => [name, factorOf(name) || 0] as const);
    const common = mostCommon(factors.map(([, factor]) => factor));
    if (common !== 1) table[group] = common;
    for (const [name, factor] of factors) if (factor !== common) own[name] = factor;
  }
  return { ...table, ...own };
}

/** The factors as these tensors have them; see `factorTable`. */
export function factorsOf(factors: LayerFactors, names: readonly string[]): LayerFactors {
  return factorTable(names, (name) => layerFactor(factors, name));
}

export function isFlat(factors: LayerFactors): boolean {
  return Object.values(factors).every((factor) => factor === 1);
}

/** Throws ConfigError on a factor that is no finite number; minus zero becomes zero. */
export function checkedFactors(factors: LayerFactors): LayerFactors {
  return Object.fromEntries(
    Object.entries(factors).map(([group, factor]) => {
      if (Number.isFinite(factor)) return [group, factor || 0];
      throw new ConfigError(`The layer factor of ${group} is a finite number, not ${factor}.`);
    }),
  );
}

/** The first of those that are there most often; 1 where there are none. */
function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let [common, most] = [1, 0];
  for (const [value, count] of counts) if (count > most) [common, most] = [value, count];
  return common;
}
