/** What the configuration of a method is made of. Adding one is a file like its neighbours, and its line in `index.ts`. */
import type * as v from 'valibot';
import type { TargetClass } from '../program/targets';

/** Names of a model pool's models, in its order. */
export interface PoolNames {
  readonly all: readonly string[];
  /** Without `_pretrained_` and other names of the form `_x_`. */
  readonly experts: readonly string[];
  readonly hasPretrained: boolean;
}

export interface MethodDefinition<
  Name extends string = string,
  Entries extends v.ObjectEntries = v.ObjectEntries,
> extends TargetClass {
  /** FusionBench's class. */
  readonly name: Name;
  /** Its options by FusionBench's names. An option with a default is FusionBench's class's default; others are mandatory. */
  readonly options: Entries;
  /** The option of the config group `method` that FusionBench ships for it. */
  readonly configuration: string;
  /** What does not fit between options and pool: sentences, each beginning with a path. */
  check(
    options: v.InferOutput<v.ObjectSchema<Entries, undefined>>,
    pool: PoolNames,
  ): readonly string[];
}

/** Keeps the names and types of the options. */
export function defineMethod<const Name extends string, Entries extends v.ObjectEntries>(
  definition: MethodDefinition<Name, Entries>,
): MethodDefinition<Name, Entries> {
  return definition;
}

/** Methods that move away from the pretrained model. */
export function needsTaskVectors(pool: PoolNames, least = 1): string[] {
  const problems: string[] = [];
  if (!pool.hasPretrained) {
    problems.push(
      'modelpool.models: there is no _pretrained_, the model that all were fine-tuned from.',
    );
  }
  return [...problems, ...needsExperts(pool, least)];
}

export function needsExperts(pool: PoolNames, least = 1): string[] {
  if (pool.experts.length >= least) return [];
  const wanted = least === 1 ? 'a fine-tuned model' : `${least} fine-tuned models`;
  return [
    `modelpool.models: ${wanted} beside _pretrained_ ${least === 1 ? 'is' : 'are'} needed; it has ${pool.experts.length || 'none'}.`,
  ];
}

/** Methods from one model to another; `_pretrained_` counts as one. */
export function needsTwoModels(pool: PoolNames): string[] {
  if (pool.all.length === 2) return [];
  return [
    `modelpool.models: exactly two models are needed, and it has ${pool.all.length}: ${pool.all.join(', ') || 'none'}.`,
  ];
}
