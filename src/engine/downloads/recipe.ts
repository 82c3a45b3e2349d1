/** The recipe of what a value merges: enough to do it again. */
import { CompatibilityError } from '../../errors';
import type { Recipe, RecipeModel } from '../../program/report';
import { partOf } from '../scoring/keys';
import { mergeInputs } from '../scoring/readiness';
import {
  baseOf,
  type EngineValue,
  filesOf,
  includedExperts,
  inForce,
  type PoolModel,
  scalingFactorOf,
} from '../value';

/** The sum of a model's weights where it is known, else null. */
export type SumOf = (model: PoolModel) => string | null;

export function recipeOf(value: EngineValue, sumOf: SumOf, version: string): Recipe {
  const base = baseOf(value.pool);
  if (!base) throw new CompatibilityError('There is nothing to merge: the pool has no base.');
  const { method, options } = inForce(value);
  const layers = mergeInputs(value.pool, value.tasks, value.method, value.layers)?.layers;
  const describe = (model: PoolModel, weight: number): RecipeModel => {
    const part = partOf(filesOf(model));
    const sha256 = sumOf(model);
    return {
      name: model.name,
      weight,
      sha256,
      // What is left to know it by.
      ...(sha256 === null && { bytes: model.bytes }),
      ...(part !== undefined && { part }),
    };
  };
  return {
    method: method.name,
    options,
    scalingFactor: method.kind === 'task vector' ? scalingFactorOf(value) : null,
    ...(layers && { layers }),
    pretrained: describe(base, 1),
    experts: includedExperts(value.pool).map((model) => describe(model, model.weight)),
    programVersion: version,
  };
}
