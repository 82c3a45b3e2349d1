/**
 * Brings the pool to what a recipe says (a merged file's own metadata, or a dropped configuration): base, experts, their
 * order and weights, method and scaling factor. Models are found by the SHA-256 of their weights, else by name.
 */
import { CompatibilityError } from '../errors';
import type { MethodOptions } from '../method/options';
import { chooseMethod, type MethodState } from './method-state';
import type { ShelvedModel } from './model-shelf';
import { experts, type PoolEntry, type PoolState } from './pool-state';
import { sameName } from './task-shelf';

export interface WantedModel {
  readonly name: string;
  readonly weight: number;
  readonly sha256?: string | null;
  /** Other names to look for, such as the folder that a configuration gives. */
  readonly aliases?: readonly string[];
}

export interface WantedRecipe {
  readonly method: string;
  readonly options: MethodOptions;
  /** Null where the method has none. */
  readonly scalingFactor: number | null;
  readonly pretrained: WantedModel;
  /** In the order of the sum. */
  readonly experts: readonly WantedModel[];
}

export interface AppliedRecipe {
  readonly pool: PoolState;
  readonly method: MethodState;
  readonly chosenFactor: number | null;
}

/** Throws CompatibilityError that names every model that is not in the library, ConfigError on an unknown method. */
export function applyRecipe(
  recipe: WantedRecipe,
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
): AppliedRecipe {
  const method = chooseMethod(recipe.method, recipe.options);
  const find = (wanted: WantedModel, among: readonly PoolEntry[]) =>
    among.find(({ id }) => wanted.sha256 && shelf.get(id)?.sha256 === wanted.sha256) ??
    [wanted.name, ...(wanted.aliases ?? [])]
      .map((candidate) => among.find(({ name }) => sameName(name, candidate)))
      .find((entry) => entry !== undefined);
  const missing: string[] = [];
  const base =
    find(recipe.pretrained, pool.entries) ??
    // Programs call every base `_pretrained_`, whatever its folder is called.
    pool.entries.find(({ id }) => id === pool.baseId && recipe.pretrained.name === '_pretrained_');
  if (!base) missing.push(recipe.pretrained.name);
  const others = pool.entries.filter((entry) => entry !== base);
  const wanted = recipe.experts.flatMap((expert): PoolEntry[] => {
    const entry = find(expert, others);
    if (!entry) missing.push(expert.name);
    return entry ? [{ ...entry, included: true, weight: expert.weight }] : [];
  });
  if (!base || missing.length > 0) {
    throw new CompatibilityError(
      `The recipe needs models that are not in the library: ${missing.join(', ')}. Add them and restore the recipe again.`,
    );
  }
  const rest = experts({ ...pool, baseId: base.id })
    .filter(({ id }) => !wanted.some((entry) => entry.id === id))
    .map((entry) => ({ ...entry, included: false }));
  return {
    method,
    chosenFactor: recipe.scalingFactor,
    pool: {
      baseId: base.id,
      entries: [{ ...base, included: true, weight: 1 }, ...wanted, ...rest],
    },
  };
}
