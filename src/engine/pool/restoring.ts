/**
 * Brings the pool to what a recipe says (a merged file's own metadata, or a dropped configuration): base, experts, their
 * order, weights and parts, method and scaling factor. Models are found by the SHA-256 of their weights, else by name.
 */
import { CompatibilityError } from '../../errors';
import { checkedFactors, FLAT, type LayerFactors } from '../../method/layers/factors';
import type { LayerPlan } from '../../method/layers/plan';
import type { MethodOptions } from '../../method/options';
import { sameName } from '../../modelpool/same-name';
import { PRETRAINED } from '../../program/config/program/base-name';
import { chooseMethod } from '../method';
import type { ModelRecord, Records } from '../records';
import { inOrder } from './edits';

export interface WantedModel {
  readonly name: string;
  /** Where this one is there, it is meant, whatever its name and sum. */
  readonly id?: string;
  readonly weight: number;
  readonly sha256?: string | null;
  /** Of several state dicts in its file the one that is wanted; absent for the one that the file gives unasked. */
  readonly part?: string | undefined;
  /** Other names to look for, such as the folder that a configuration gives. */
  readonly aliases?: readonly string[];
  /** `organisation/name`, where a configuration names one. */
  readonly repository?: string;
  /** Where it has a sum, a model of its name with another sum is not it. */
  readonly exact?: true;
}

export interface WantedRecipe {
  readonly method: string;
  readonly options: MethodOptions;
  /** Null where the method has none. */
  readonly scalingFactor: number | null;
  /** Absent where all are 1, or where a plan says them. */
  readonly layers?: LayerFactors;
  /** Of a configuration, which knows no tensors: to be carried out on the base that is found. */
  readonly plan?: LayerPlan;
  /** Null for the base that the page has. */
  readonly pretrained: WantedModel | null;
  /** In the order of the sum. */
  readonly experts: readonly WantedModel[];
}

/** The SHA-256 of a model's weights by its id, where it is known. */
export type SumOf = (id: string) => string | undefined;

/** Throws CompatibilityError that names every model that is not in the library, ConfigError on an unknown method. */
export function applyRecipe(recipe: WantedRecipe, records: Records, sumOf: SumOf): Records {
  const { restored, missing } = matchRecipe(recipe, records, sumOf);
  if (restored) return restored;
  throw new CompatibilityError(
    `The recipe needs models that are not in the library: ${missing.join(', ')}. Add them and restore the recipe again.${downloadHint(recipe, missing)}`,
  );
}

/** How to get those that lie on the Hub: this page asks no other host. */
function downloadHint({ pretrained, experts }: WantedRecipe, missing: readonly string[]): string {
  const commands = [pretrained, ...experts].flatMap((model) =>
    model?.repository !== undefined && missing.includes(model.name)
      ? `hf download ${model.repository} --local-dir ${model.repository.split('/').at(-1)}`
      : [],
  );
  return commands.length === 0
    ? ''
    : ` From the Hugging Face Hub, in a terminal: ${commands.join('; ')}.`;
}

/** What the recipe makes of the records, or the names of the models that it lacks. Throws ConfigError on an unknown method. */
export function matchRecipe(
  recipe: WantedRecipe,
  records: Records,
  sumOf: SumOf,
): { readonly restored: Records | null; readonly missing: readonly string[] } {
  const method = chooseMethod(recipe.method, recipe.options);
  const { models, baseId } = records;
  const missing: string[] = [];
  const { pretrained } = recipe;
  const present = models.find(({ id }) => id === baseId);
  const base =
    pretrained === null
      ? present
      : (find(pretrained, models, sumOf) ??
        // Programs call every base `_pretrained_`, whatever its folder is called.
        (pretrained.name === PRETRAINED && !isExact(pretrained) ? present : undefined));
  if (!base) missing.push(pretrained?.name ?? PRETRAINED);
  // One file can be in the pool twice, with a part of it each: a model is taken once.
  let others = models.filter((model) => model !== base);
  const wanted = recipe.experts.flatMap((expert): ModelRecord[] => {
    const model = find(expert, others, sumOf);
    if (!model) missing.push(expert.name);
    others = others.filter((other) => other !== model);
    const { weight } = expert;
    return model ? [{ ...model, included: true, weight, part: partFor(expert, model) }] : [];
  });
  if (!base || missing.length > 0) return { restored: null, missing };
  const rest = others.map((model) => ({ ...model, included: false }));
  const part = pretrained === null ? base.part : partFor(pretrained, base);
  const placed = [{ ...base, included: true, weight: 1, part }, ...wanted, ...rest];
  const restored = {
    ...inOrder(
      { ...records, models: placed },
      placed.map(({ id }) => id),
    ),
    baseId: base.id,
    method,
    scalingFactor: recipe.scalingFactor,
    layers: checkedFactors(recipe.layers ?? FLAT),
  };
  return { restored, missing };
}

/** Does the recipe name a sum that no model is known to have, though some model's is not known yet? */
export function needsSums(
  recipe: WantedRecipe,
  models: readonly { readonly id: string }[],
  sumOf: SumOf,
): boolean {
  if (models.every(({ id }) => sumOf(id) !== undefined)) return false;
  const known = new Set(models.flatMap(({ id }) => sumOf(id) ?? []));
  return [recipe.pretrained, ...recipe.experts].some(
    (wanted) => wanted?.sha256 && !known.has(wanted.sha256),
  );
}

function find(
  wanted: WantedModel,
  among: readonly ModelRecord[],
  sumOf: SumOf,
): ModelRecord | undefined {
  const same = among.filter(({ id }) => wanted.sha256 && sumOf(id) === wanted.sha256);
  const ofPart = same.filter(({ part }) => part === (wanted.part ?? null));
  const isNamed = ({ name }: ModelRecord) => sameName(name, wanted.name);
  return (
    among.find(({ id }) => id === wanted.id) ??
    ofPart.find(isNamed) ??
    ofPart[0] ??
    same.find(isNamed) ??
    same[0] ??
    (isExact(wanted) ? [] : namesOf(wanted))
      .map((candidate) => among.find(({ name }) => sameName(name, candidate)))
      .find((model) => model !== undefined)
  );
}

function namesOf({ name, repository, aliases = [] }: WantedModel): readonly string[] {
  return [name, ...(repository === undefined ? [] : [repository]), ...aliases];
}

const isExact = ({ exact, sha256 }: WantedModel): boolean => exact === true && !!sha256;

/** A `#` can be a part of a name: of a model that is called so as a whole no part is meant. */
function partFor({ part, aliases = [] }: WantedModel, { name }: ModelRecord): string | null {
  if (part === undefined) return null;
  const isWhole = aliases.some((alias) => alias.endsWith(`#${part}`) && sameName(alias, name));
  return isWhole ? null : part;
}
