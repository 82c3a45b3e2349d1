/** Another method as an option of one: a section with its own `_target_` and options. */
import * as v from 'valibot';
import type {
  AnotherMethodOption,
  ChosenMethod,
  MethodOptions,
  OfferedMethod,
} from '../../../method/options';
import { findMethod } from '../../../method/registry';
import type { Method } from '../../../method/types';
import { nearestName } from '../../hydra/values/nearest';
import { describe, explain, isTree, noteUnknownKeys } from '../program/reading';
import { targetNames, usualName } from '../program/targets';

/**
 * Reads the section; its options are those that decide the result, without null, which stands for the default.
 *
 * @param schemasOf schemas of a method's options by FusionBench's names
 */
export function chosenMethod(
  { methods }: AnotherMethodOption,
  schemasOf: (method: Pick<Method, 'options' | 'ignored'>) => v.ObjectEntries,
): v.GenericSchema<unknown, ChosenMethod> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): ChosenMethod => {
      const { value: tree } = dataset;
      const refuse = (message: string) => {
        addIssue({ message });
        return NEVER;
      };
      if (!isTree(tree)) {
        return refuse(
          `a section with _target_ and its options is expected, but it is ${describe(tree)}.`,
        );
      }
      const target = tree.get('_target_');
      const found = methods.find((method) => isTarget(method, target));
      if (!found) return refuse(unknownTarget(methods, target));
      const entries = schemasOf({
        options: found.options,
        ignored: findMethod(found.name)?.ignored ?? [],
      });
      const unknown: string[] = [];
      const reading = { problems: unknown, referenced: new Set<string>(), withoutEffect: [] };
      noteUnknownKeys(reading, tree, '', Object.keys(entries), found.name);
      for (const message of unknown) addIssue({ message });
      const given = [...tree].filter(([key]) => Object.hasOwn(entries, key));
      const result = v.safeParse(v.object(entries), Object.fromEntries(given));
      for (const issue of result.issues ?? []) {
        const place = (issue.path ?? []).map(({ key }) => `${String(key)}: `).join('');
        addIssue({ message: `${place}${explain(issue, found.name)}` });
      }
      if (!result.success || unknown.length > 0) return NEVER;
      return { method: found.name, options: decisive(found, result.output) };
    }),
  );
}

/** Its section, complete: FusionBench wants what its class has no default for. */
export function chosenMethodKeys(
  { methods }: AnotherMethodOption,
  { method: name, options }: ChosenMethod,
): Readonly<Record<string, MethodOptions[string]>> {
  const offer = methods.find((method) => method.name === name);
  const method = findMethod(name);
  if (!offer || !method) throw new Error(`${name} is in no list of methods`);
  const told = offer.options.flatMap((option) => {
    const value = options[option.name] ?? (option.own ? undefined : option.default);
    const isNothing = option.nullable && Array.isArray(value) && value.length === 0;
    return value === undefined || isNothing ? [] : [[option.name, value] as const];
  });
  return { _target_: usualName(method), ...Object.fromEntries(told) };
}

function isTarget({ name }: OfferedMethod, target: unknown): boolean {
  const method = findMethod(name);
  return method !== undefined && typeof target === 'string' && targetNames(method).includes(target);
}

function unknownTarget(methods: readonly OfferedMethod[], target: unknown): string {
  const names = methods.map(({ name }) => name);
  const near =
    typeof target === 'string' ? nearestName(target.split('.').at(-1) ?? '', names) : undefined;
  const given = typeof target === 'string' ? `it is ${target}` : 'it has none';
  return `the _target_ of one of ${names.join(', ')} is expected, but ${given}.${near ? ` Did you mean ${near}?` : ''}`;
}

function decisive({ options }: OfferedMethod, read: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    options.flatMap(({ name }) => {
      const value = read[name] ?? null;
      // Its schema made it a value of its kind.
      return value === null ? [] : [[name, value as MethodOptions[string]]];
    }),
  );
}
