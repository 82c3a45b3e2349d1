/** The demo and the user's own: it gives way as a whole, and never mixes with them. */
import type { Origin } from '../api';
import type { Records } from '../records';

/** Without anything of the demo, and remembered so. */
export function withoutDemo(records: Records): Records {
  const stays = ({ origin }: { readonly origin: Origin }) => origin !== 'demo';
  const models = records.models.filter(stays);
  const baseId = models.some(({ id }) => id === records.baseId) ? records.baseId : null;
  return { ...records, baseId, models, tasks: records.tasks.filter(stays), demoHidden: true };
}

/** Has the demo no place here: hidden, or the user has models? */
export function isDemoUnwanted({ demoHidden, models }: Records): boolean {
  return demoHidden || models.some(({ origin }) => origin === 'user');
}

/** Is this part of the demo here already, brought by another tab? */
export function hasDemoPart(
  list: readonly { readonly origin: Origin; readonly name: string }[],
  name: string,
): boolean {
  return list.some((other) => other.origin === 'demo' && other.name === name);
}
