/** Makes a method of its definition: options are checked, typed and completed before the method sees them. */
import { CompatibilityError, ConfigError } from '../errors';
import type { ModelPool } from '../modelpool/types';
import {
  type IgnoredOption,
  isPerExpert,
  type MethodOption,
  type MethodOptions,
  type OptionProblem,
  problemText,
  resolveOptions,
  type ValuesOf,
} from './options';
import type { CombinePart, DefinedMethod, Method, PlanContext } from './types';

/** What a method's file says; without more it takes the base and any number of experts, in one pass. */
interface Definition<Name extends string, D extends readonly MethodOption[]>
  extends Pick<
    Method,
    | 'alias'
    | 'module'
    | 'exportedBy'
    | 'needsPictures'
    | 'configuration'
    | 'configName'
    | 'title'
    | 'summary'
    | 'kind'
    | 'compared'
    | 'wholeMatrices'
  > {
  readonly name: Name;
  readonly options: D;
  readonly takes?: Method['takes'];
  readonly experts?: Method['experts'];
  readonly ignored?: readonly IgnoredOption[];
  readonly passes?: number;
  check?(options: ValuesOf<D>): OptionProblem | null;
  plan(
    pool: ModelPool,
    options: ValuesOf<D>,
    context: PlanContext,
  ): CombinePart | Promise<CombinePart>;
}

export function defineMethod<const Name extends string, const D extends readonly MethodOption[]>(
  definition: Definition<Name, D>,
): DefinedMethod<Name, D> {
  const { name, options: described, experts = { min: 1 } } = definition;
  const check = (options: MethodOptions) => definition.check?.(options as ValuesOf<D>) ?? null;
  return {
    ...definition,
    takes: definition.takes ?? 'base and experts',
    experts,
    ignored: definition.ignored ?? [],
    passes: definition.passes ?? 1,
    check,
    async plan(pool: ModelPool, given: MethodOptions, context: PlanContext) {
      const refusal = refuseExperts({ name, experts }, pool.experts.length);
      if (refusal) throw new CompatibilityError(refusal);
      const options = resolveOptions(name, described, given);
      checkLists(name, described, options, pool.experts.length);
      const problem = check(options);
      if (problem) throw new ConfigError(problemText(name, problem, options));
      return definition.plan(pool, options as ValuesOf<D>, context);
    },
  };
}

/** Why a method does not take this many experts, and what to do; null where it does. */
export function refuseExperts(
  { name, experts: { min, max } }: Pick<Method, 'name' | 'experts'>,
  count: number,
): string | null {
  if (count >= min && count <= (max ?? Infinity)) return null;
  const wanted =
    max === undefined ? `at least ${min}` : min === max ? `exactly ${min}` : `${min} to ${max}`;
  const remedy = count < min ? 'Add experts' : 'Exclude experts';
  return `${name} takes ${wanted} experts, and the pool has ${count}. ${remedy}, or choose another method.`;
}

function checkLists(
  method: string,
  described: readonly MethodOption[],
  options: MethodOptions,
  experts: number,
): void {
  for (const option of described) {
    if (!isPerExpert(option)) continue;
    const { length } = options[option.name] as readonly unknown[];
    if (length !== experts) {
      const items = option.kind === 'number table' ? 'rows' : 'values';
      const item = option.kind === 'number table' ? 'row' : 'value';
      throw new ConfigError(
        `${method}: ${option.name} has ${length} ${items} and the pool ${experts} experts; give one ${item} for each expert, in pool order.`,
      );
    }
  }
}
