/** Factors by layer: how a command sets them, and how the page sees them. Pure. */
import { ConfigError } from '../errors';
import {
  checkedFactors,
  factorsOf,
  type LayerFactors,
  layerFactor,
} from '../method/layers/factors';
import { layerDepth, layerGroup, layerGroups } from '../method/layers/groups';
import { plannedFactors } from '../method/layers/plan';
import { LAYER_PRESETS, type LayerPreset, presetFactors } from '../method/layers/presets';
import { mergedNames } from '../modelpool/judge';
import type { LayersView } from './api';
import { memo } from './memo';
import type { WantedRecipe } from './pool/restoring';
import type { Records } from './records';
import { baseOf, type EngineValue, includedExperts, type Pool, type PoolModel } from './value';

/** What is to be set for this value: as its base's tensors have them, where there is a base. */
export function wantedLayers(wanted: LayerFactors | LayerPreset, value: EngineValue): LayerFactors {
  const base = baseOf(value.pool);
  if (typeof wanted !== 'string') {
    const names = namesOf(base);
    const factors = checkedFactors(wanted);
    return names.length === 0 ? factors : factorsOf(factors, names);
  }
  const preset = LAYER_PRESETS.find((name) => name === wanted);
  if (!preset) {
    throw new ConfigError(
      `There is no preset ${wanted} of layer factors; there are ${LAYER_PRESETS.join(', ')}.`,
    );
  }
  return presetFactors(preset, namesOf(base), includedExperts(value.pool).length);
}

/**
 * Records that a configuration was applied to, with the layer factors that it plans for the base that it found. Throws
 * ConfigError as `plannedFactors`.
 */
export function withPlannedLayers(
  records: Records,
  { plan, experts }: Pick<WantedRecipe, 'plan' | 'experts'>,
  { pool }: EngineValue,
): Records {
  if (!plan) return records;
  const base = pool.models.find(({ id }) => id === records.baseId);
  return { ...records, layers: plannedFactors(plan, namesOf(base), experts.length) };
}

export const layersView = ({ pool, layers }: Pick<EngineValue, 'pool' | 'layers'>): LayersView =>
  viewOf(pool, layers);

const viewOf = memo((pool: Pool, layers: LayerFactors): LayersView => {
  const names = namesOf(baseOf(pool));
  const factors = factorsOf(layers, names);
  const depth = layerDepth(names);
  const groups = Object.fromEntries(
    (depth === 0 ? [] : layerGroups(depth)).map((group) => [group, factors[group] ?? 1]),
  );
  const own: Record<string, string[]> = {};
  for (const name of names) {
    const group = layerGroup(name);
    if (layerFactor(factors, name) !== groups[group]) own[group] = [...(own[group] ?? []), name];
  }
  const text = JSON.stringify(factors);
  const preset = LAYER_PRESETS.find((_, at) => presetTexts(pool)[at] === text) ?? null;
  return { depth, groups, own, preset };
});

const presetTexts = memo((pool: Pool): string[] => {
  const names = namesOf(baseOf(pool));
  const experts = includedExperts(pool).length;
  return LAYER_PRESETS.map((preset) => JSON.stringify(presetFactors(preset, names, experts)));
});

/** Canonical, of what is merged; none where there is no base that could be opened. */
function namesOf(base: PoolModel | undefined): readonly string[] {
  return base?.opened.model ? mergedNames(base.opened.model) : [];
}
