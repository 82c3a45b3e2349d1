/** The settings of a merge, read from the value and laid over the records again. Pure. */
import { checkedFactors } from '../method/layers/factors';
import type { MergeSettings } from './merge-types';
import { chooseMethod } from './method';
import { inOrder } from './pool/edits';
import type { ModelRecord, Records } from './records';
import type { EngineValue } from './value';

export function mergeSettings({ pool, method, layers, chosenFactor }: EngineValue): MergeSettings {
  return {
    baseId: pool.baseId,
    scalingFactor: chosenFactor,
    method,
    layers,
    models: pool.models.map(({ id, included, weight, part }) => ({ id, included, weight, part })),
  };
}

/**
 * Brings the records to these settings. Models that are gone are passed over; those that came since stay as they are, behind
 * the others. Throws ConfigError on a method, option or number that cannot be.
 */
export function withMergeSettings(records: Records, settings: MergeSettings): Records {
  const { baseId, scalingFactor } = settings;
  const method = chooseMethod(settings.method.name, settings.method.options);
  const layers = checkedFactors(settings.layers);
  const byId = new Map(records.models.map((model) => [model.id, model]));
  const models = settings.models.flatMap(({ id, ...setting }): ModelRecord[] => {
    const model = byId.get(id);
    byId.delete(id);
    return model ? [{ ...model, ...setting }] : [];
  });
  const all = [...models, ...byId.values()];
  const isThere = baseId === null || all.some(({ id }) => id === baseId);
  const ids = all.map(({ id }) => id);
  const stays = ids.every((id, place) => id === records.models[place]?.id);
  const changed = { ...records, models: all };
  return {
    // Places stay what they are where the order does: other tabs may be moving models.
    ...(stays ? changed : inOrder(changed, ids)),
    baseId: isThere ? baseId : records.baseId,
    scalingFactor,
    method,
    layers,
  };
}
