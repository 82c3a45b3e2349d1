/** What of the pool is compared: its base and the experts that are included, whatever their weights and names. */
import { CompatibilityError } from '../../errors';
import { openModelPool } from '../../modelpool/judge';
import type { ModelPool } from '../../modelpool/types';
import { memo } from '../memo';
import { itemOf, keyText, type SourceKey } from '../scoring/keys';
import { baseOf, filesOf, includedExperts, type Pool, type PoolModel } from '../value';

export interface Subject {
  /** The same for equal models, in one order. */
  readonly text: string;
  /** The base's id in the library. */
  readonly owner: string;
  /** Ids in the library of all that it is about. */
  readonly items: readonly string[];
  /** Of the experts, in pool order. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** @throws CompatibilityError where they do not fit */
  open(): ModelPool;
}

/** Null while there are not a base and two experts that can be read. */
export const subjectOf = memo((pool: Pool): Subject | null => {
  const base = baseOf(pool);
  const experts = includedExperts(pool).filter(({ opened }) => opened.model);
  const { model } = base?.opened ?? {};
  if (!base || !model || experts.length < 2) return null;
  const key = { base: sourceOf(base), experts: experts.map(sourceOf) };
  return {
    text: keyText(key),
    owner: itemOf(key.base.files),
    items: [...new Set([key.base, ...key.experts].map(({ files }) => itemOf(files)))],
    ids: experts.map(({ id }) => id),
    names: experts.map(({ name }) => name),
    open: () =>
      openModelPool(
        model,
        experts.flatMap(({ opened }) => (opened.model ? [{ model: opened.model, weight: 1 }] : [])),
      ),
  };
});

function sourceOf(model: PoolModel): SourceKey {
  return { files: filesOf(model), openedAgainst: model.opened.against };
}

/** @throws CompatibilityError where there is none */
export function requireSubject(pool: Pool): Subject {
  const subject = subjectOf(pool);
  if (subject) return subject;
  throw new CompatibilityError(
    'There is nothing to compare: the pool needs a base and two experts that can be read.',
  );
}
