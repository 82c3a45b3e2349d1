/** A merge that came in words, such as a link's, as a recipe to be matched with the library. Pure. */
import type { NamedMerge, NamedModel } from '../merge-types';
import type { WantedModel, WantedRecipe } from './restoring';

/** Where the words give a sum, only a model with that sum is meant; where they give none, the name has to do. */
export function recipeOfMerge({
  method,
  scalingFactor,
  layers,
  pretrained,
  experts,
}: NamedMerge): WantedRecipe {
  return {
    method: method.name,
    options: method.options,
    scalingFactor,
    ...(layers && { layers }),
    pretrained: wantedOf(pretrained),
    experts: experts.map(wantedOf),
  };
}

function wantedOf({ name, weight, sha256, part }: NamedModel): WantedModel {
  return { name, weight, sha256, part: part ?? undefined, exact: true };
}
