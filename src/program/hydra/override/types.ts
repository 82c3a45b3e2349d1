/** One override of the command line, as Hydra's grammar reads it. */
import type { Scalar } from '../values/node';

/** A text that stood in quotes; the quotes come back where the override is written anew. */
export class Quoted {
  constructor(
    readonly text: string,
    readonly quote: '"' | "'",
  ) {}
}

export type ParsedValue = Scalar | Quoted | ParsedValue[] | Map<string, ParsedValue>;

/** Several values, one run each. */
export type Sweep =
  | { readonly kind: 'choice'; readonly values: readonly ParsedValue[]; readonly simple: boolean }
  | {
      readonly kind: 'range';
      readonly start: RangeEnd;
      readonly stop: RangeEnd;
      readonly step: RangeEnd;
    }
  | {
      readonly kind: 'glob';
      readonly include: readonly string[];
      readonly exclude: readonly string[];
    };

/** A number of a range, an integer or a float. */
export type RangeEnd = Exclude<Scalar, null | boolean | string>;

/** `key=` changes, `+key=` adds, `++key=` does either, `~key` deletes. */
export type OverrideKind = 'change' | 'add' | 'force-add' | 'delete';

export interface Override {
  readonly kind: OverrideKind;
  /** A dotted path, or a group with slashes. */
  readonly key: string;
  /** What stands after `@`. */
  readonly package: string | undefined;
  /** Undefined only for `~key` without a value. */
  readonly value: ParsedValue | Sweep | undefined;
  /** As the user wrote it. */
  readonly line: string;
}

export function isSweep(value: Override['value']): value is Sweep {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'choice' || value.kind === 'range' || value.kind === 'glob')
  );
}

/** `key` or `group@package`. */
export function overrideKey(override: Pick<Override, 'key' | 'package'>): string {
  return override.package === undefined ? override.key : `${override.key}@${override.package}`;
}
