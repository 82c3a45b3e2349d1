/** The methods that a configuration can ask for: all that there are, and those that merge nothing. */
import type { MethodOption, ValueOf, ValuesOf } from '../../../method/options';
import { ALL_METHODS, findMethod, type RegisteredMethod } from '../../../method/registry';
import type { DefinedMethod, Method } from '../../../method/types';
import { type CosSimilarityOptions, cosSimilarity } from './cos-similarity';
import { definitionOf, type MethodDefinition, type ReadOptions, valuesInFiles } from './definition';
import { dummy } from './dummy';

export const methodDefinitions: readonly MethodDefinition[] = [
  dummy,
  cosSimilarity,
  ...ALL_METHODS.map(definitionOf),
];

type ReadValue<O extends MethodOption> =
  | ValueOf<O>
  // The path of a file of them.
  | (O extends { readonly kind: 'number table' } ? string : never)
  | (O extends { readonly orPerExpert: true } ? readonly number[] : never)
  | (O extends { readonly nullable: true } ? null : never);

type OptionsOf<D extends readonly MethodOption[]> = {
  readonly [O in Exclude<D[number], { readonly own: true }> as O['name']]: ReadValue<O>;
} & {
  readonly [O in Extract<D[number], { readonly own: true }> as O['name']]?: ReadValue<O>;
} & ReadOptions;

type ConfigOf<M> =
  M extends DefinedMethod<infer Name, infer D>
    ? {
        /** FusionBench's class. */
        readonly target: Name;
        /** Its options, FusionBench's own among them: whatever it was told, and its class's defaults. */
        readonly options: OptionsOf<D>;
      }
    : never;

/** A method with its options, told apart by `target`. */
export type MethodConfig =
  | ConfigOf<RegisteredMethod>
  | { readonly target: (typeof dummy)['name']; readonly options: ReadOptions }
  | { readonly target: (typeof cosSimilarity)['name']; readonly options: CosSimilarityOptions };

/**
 * The configuration of a method that was not read: what FusionBench's class has or wants besides is added, so that
 * FusionBench runs it and reading it gives the same.
 */
export function methodConfig<D extends readonly MethodOption[]>(
  method: DefinedMethod<string, D>,
  given: Partial<ValuesOf<D>>,
): MethodConfig {
  const described = method.options.flatMap((option) =>
    option.own ? [] : [[option.name, option.nullable ? null : option.default] as const],
  );
  const ignored = method.ignored.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const told = Object.entries<unknown>(given).map(
    ([name, value]) => [name, standsForNull(method, name, value) ? null : value] as const,
  );
  const options = Object.fromEntries([...described, ...ignored, ...told]);
  // A method's name and its options belong together by construction.
  return { target: method.name, options } as MethodConfig;
}

/** Paths of the files that the method's options name, by option. */
export function filesOfOptions({ target, options }: MethodConfig): ReadonlyMap<string, string> {
  const method = findMethod(target);
  return method ? valuesInFiles(method, options) : new Map();
}

/** FusionBench says null where nothing was told. */
function standsForNull({ options }: Method, name: string, value: unknown): boolean {
  const option = options.find((candidate) => candidate.name === name);
  if (!option?.nullable) return false;
  return Array.isArray(value) ? value.length === 0 : value === option.default;
}
