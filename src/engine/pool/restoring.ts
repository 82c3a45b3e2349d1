/**
 * Brings the pool to what a recipe says (a merged file's own metadata, or a dropped configuration): base, experts, their
 * order and weights, method and scaling factor. Models are found by the SHA-256 of their weights, else by name.
 */
import { CompatibilityError } from '../../errors';
import type { MethodOptions } from '../../method/options';
import { chooseMethod } from '../method';
import type { ModelRecord, Records } from '../records';
import { sameName } from '../same-name';
import { inOrder } from './edits';

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

/** The SHA-256 of a model's weights by its id, where it is known. */
export type SumOf = (id: string) => string | undefined;

/** Throws CompatibilityError that names every model that is not in the library, ConfigError on an unknown method. */
export function applyRecipe(recipe: WantedRecipe, records: Records, sumOf: SumOf): Records {
  const method = chooseMethod(recipe.method, recipe.options);
  const { models, baseId } = records;
  const missing: string[] = [];
  const base =
    find(recipe.pretrained, models, sumOf) ??
    // Programs call every base `_pretrained_`, whatever its folder is called.
    models.find(({ id }) => id === baseId && recipe.pretrained.name === '_pretrained_');
  if (!base) missing.push(recipe.pretrained.name);
  const others = models.filter((model) => model !== base);
  const wanted = recipe.experts.flatMap((expert): ModelRecord[] => {
    const model = find(expert, others, sumOf);
    if (!model) missing.push(expert.name);
    return model ? [{ ...model, included: true, weight: expert.weight }] : [];
  });
  if (!base || missing.length > 0) {
    throw new CompatibilityError(
      `The recipe needs models that are not in the library: ${missing.join(', ')}. Add them and restore the recipe again.`,
    );
  }
  const rest = others
    .filter(({ id }) => !wanted.some((model) => model.id === id))
    .map((model) => ({ ...model, included: false }));
  const restored = [{ ...base, included: true, weight: 1 }, ...wanted, ...rest];
  return {
    ...inOrder(
      { ...records, models: restored },
      restored.map(({ id }) => id),
    ),
    baseId: base.id,
    method,
    scalingFactor: recipe.scalingFactor,
  };
}

/** Does the recipe name a sum that no model is known to have, though some model's is not known yet? */
export function needsSums(
  recipe: WantedRecipe,
  models: readonly { readonly id: string }[],
  sumOf: SumOf,
): boolean {
  if (models.every(({ id }) => sumOf(id) !== undefined)) return false;
  const known = new Set(models.flatMap(({ id }) => sumOf(id) ?? []));
  return [recipe.pretrained, ...recipe.experts].some(({ sha256 }) => sha256 && !known.has(sha256));
}

function find(
  wanted: WantedModel,
  among: readonly ModelRecord[],
  sumOf: SumOf,
): ModelRecord | undefined {
  return (
    among.find(({ id }) => wanted.sha256 && sumOf(id) === wanted.sha256) ??
    [wanted.name, ...(wanted.aliases ?? [])]
      .map((candidate) => among.find(({ name }) => sameName(name, candidate)))
      .find((model) => model !== undefined)
  );
}
