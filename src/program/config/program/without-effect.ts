/** Options that a configuration may have and that change nothing here, told apart by their schemas. */
import type * as v from 'valibot';

const withoutEffect = new WeakSet<v.GenericSchema>();

/** An option that is checked, and changes nothing here. */
export function ignoring<S extends v.GenericSchema>(schema: S): S {
  withoutEffect.add(schema);
  return schema;
}

export function hasNoEffect(schema: v.GenericSchema | undefined): boolean {
  return schema !== undefined && withoutEffect.has(schema);
}
