/** The edits of the pool: plain functions from records to records, run inside the library's transaction. */
import { byCodePoint } from '../../code-points';
import { ConfigError } from '../../errors';
import type { Origin, PoolEdit } from '../api';
import { freeName } from '../free-name';
import { lastOrder, type ModelRecord, type Records } from '../records';

/** A model whose files have just been stored. */
export interface NewModel {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  /** Both towers: can be the base without asking. */
  readonly fullClip: boolean;
  /** Of a repository of the Hub: `organisation/name@commit/path`. */
  readonly source?: string | undefined;
}

/**
 * Appends one drop: in code-point order of the names, never in order of arrival. The first full CLIP becomes the base
 * where there is none; a name that is taken gets a number.
 */
export function addModels(records: Records, added: readonly NewModel[]): Records {
  const sorted = [...added].sort((a, b) => byCodePoint(a.name, b.name));
  const models = [...records.models];
  for (const { id, name, origin, source } of sorted) {
    models.push({
      id,
      name: freeName(
        name,
        models.map((model) => model.name),
      ),
      origin,
      order: lastOrder(models),
      included: true,
      weight: 1,
      part: null,
      ...(source !== undefined && { source }),
    });
  }
  const baseId = records.baseId ?? sorted.find(({ fullClip }) => fullClip)?.id ?? null;
  return { ...records, baseId, models };
}

export function expertsOf<M extends { readonly id: string }>(pool: {
  readonly baseId: string | null;
  readonly models: readonly M[];
}): M[] {
  return pool.models.filter(({ id }) => id !== pool.baseId);
}

/** Applies an edit; unknown ids leave everything as it is. Throws ConfigError on a weight or name that cannot be. */
export function editPool(records: Records, edit: PoolEdit): Records {
  if (!records.models.some(({ id }) => id === edit.id)) return records;
  switch (edit.type) {
    case 'setBase':
      return { ...withModel(records, edit.id, { included: true, weight: 1 }), baseId: edit.id };
    case 'setIncluded':
      return withModel(records, edit.id, { included: edit.included });
    case 'setWeight':
      return withModel(records, edit.id, { weight: checkedWeight(edit.weight) });
    case 'rename': {
      const name = edit.name.trim();
      if (name === '') throw new ConfigError('A model needs a name of at least one character.');
      const others = records.models.filter(({ id }) => id !== edit.id).map((model) => model.name);
      return withModel(records, edit.id, { name: freeName(name, others) });
    }
    case 'setPart':
      return withModel(records, edit.id, { part: edit.part || null });
    case 'move':
      return move(records, edit.id, edit.index);
    case 'remove':
      return {
        ...records,
        baseId: records.baseId === edit.id ? null : records.baseId,
        models: records.models.filter(({ id }) => id !== edit.id),
      };
  }
}

/** Throws ConfigError on what is no weight. */
export function checkedWeight(weight: number): number {
  if (Number.isFinite(weight)) return weight;
  throw new ConfigError(`A weight is a finite number, not ${weight}.`);
}

function withModel(records: Records, id: string, changes: Partial<ModelRecord>): Records {
  const models = records.models.map((model) =>
    model.id === id ? { ...model, ...changes } : model,
  );
  return { ...records, models };
}

/** Between its new neighbours, so that no other record changes; all are numbered anew where no number is left between. */
function move(records: Records, id: string, index: number): Records {
  if (id === records.baseId) return records;
  const others = expertsOf(records).filter((model) => model.id !== id);
  const place = Math.min(Math.max(0, Math.trunc(index)), others.length);
  const before = others[place - 1]?.order;
  const after = others[place]?.order;
  const order =
    before === undefined
      ? (after ?? 1) - 1
      : after === undefined
        ? lastOrder(records.models)
        : (before + after) / 2;
  const moved = withModel(records, id, { order });
  if (order !== before && order !== after) {
    return { ...moved, models: moved.models.toSorted((a, b) => a.order - b.order) };
  }
  const ids = others.map((model) => model.id).toSpliced(place, 0, id);
  return inOrder(moved, records.baseId === null ? ids : [records.baseId, ...ids]);
}

/** The models in the order of these ids, numbered from 1; every model must be among them. */
export function inOrder(records: Records, ids: readonly string[]): Records {
  const byId = new Map(records.models.map((model) => [model.id, model]));
  const models = ids.flatMap((id, index) => {
    const model = byId.get(id);
    return model ? [{ ...model, order: index + 1 }] : [];
  });
  return { ...records, models };
}
