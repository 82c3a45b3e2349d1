/** Pins as the library keeps them, and the edits on them: plain functions, run inside the library's transaction. */
import { CompatibilityError, ConfigError } from '../../errors';
import type { RecipeModel } from '../../program/report';
import { recipeOf } from '../downloads/recipe';
import { freeName } from '../free-name';
import { recipeOfMerge } from '../pool/named-merge';
import { matchRecipe, type SumOf, type WantedModel, type WantedRecipe } from '../pool/restoring';
import type { Records } from '../records';
import { mergeInputs } from '../scoring/readiness';
import { baseOf, type EngineValue, includedExperts } from '../value';
import type { NamedPin, Pin, PinEdit, PinnedModel } from './types';

/** Every pin is looked up with each snapshot, and is a row. */
export const MOST_PINS = 24;

/**
 * What is merged now as a pin; its name says method and factor, and is made free where it is added.
 * @throws CompatibilityError where nothing is
 */
export function pinOf(value: EngineValue, id: string): Pin {
  const { pool, tasks, method: set, layers: factors } = value;
  const base = baseOf(pool);
  const inputs = mergeInputs(pool, tasks, set, factors);
  if (!base || !inputs || inputs.experts.length === 0) {
    throw new CompatibilityError('There is nothing to pin yet: add a base and an expert.');
  }
  const recipe = recipeOf(value, ({ facts }) => facts.sha256 ?? null, '');
  const { method, options, scalingFactor, layers, pretrained, experts } = recipe;
  const ids = includedExperts(pool).map((expert) => expert.id);
  const pinned = (from: RecipeModel, itemId: string | undefined): PinnedModel => ({
    id: itemId ?? null,
    name: from.name,
    weight: from.weight,
    sha256: from.sha256,
    part: from.part ?? null,
  });
  const title = inputs.method.method.title;
  return {
    id,
    name: scalingFactor === null ? title : `${title} at ${scalingFactor}`,
    method: { name: method, options },
    scalingFactor,
    ...(layers && { layers }),
    pretrained: pinned(pretrained, base.id),
    experts: experts.map((expert, place) => pinned(expert, ids[place])),
  };
}

/** Appends a pin; a name that is taken gets a number. Throws ConfigError where there are enough. */
export function addPin(records: Records, pin: Pin): Records {
  if (records.pins.length >= MOST_PINS) {
    throw new ConfigError(`There are ${MOST_PINS} pins already. Remove one first.`);
  }
  return { ...records, pins: [...records.pins, withFreeName(pin, records.pins)] };
}

/**
 * Takes pins that came in words. One that says what another says already is passed over; those beyond the most there can be
 * are left out, and named.
 */
export function takePins(
  records: Records,
  taken: readonly NamedPin[],
  newId: () => string,
  sumOf: SumOf,
): { readonly records: Records; readonly left: readonly string[] } {
  let edited = records;
  const left: string[] = [];
  const known = new Set(records.pins.map((pin) => settingsText(pin, records, sumOf)));
  for (const { name: wanted, merge } of taken) {
    const pin: Pin = {
      ...merge,
      id: newId(),
      name: wanted,
      pretrained: { ...merge.pretrained, id: null },
      experts: merge.experts.map((expert) => ({ ...expert, id: null })),
    };
    const text = settingsText(pin, records, sumOf);
    if (known.has(text)) continue;
    known.add(text);
    if (edited.pins.length >= MOST_PINS) left.push(wanted);
    else edited = addPin(edited, pin);
  }
  return { records: edited, left };
}

/** Applies an edit; unknown ids leave everything as it is. Throws ConfigError on a name that cannot be. */
export function editPins(records: Records, edit: PinEdit): Records {
  const { pins } = records;
  switch (edit.type) {
    case 'rename': {
      const wanted = edit.name.trim();
      if (wanted === '') throw new ConfigError('A pin needs a name of at least one character.');
      const others = pins.filter(({ id }) => id !== edit.id);
      return {
        ...records,
        pins: pins.map((pin) =>
          pin.id === edit.id ? withFreeName({ ...pin, name: wanted }, others) : pin,
        ),
      };
    }
    case 'remove':
      return { ...records, pins: pins.filter(({ id }) => id !== edit.id) };
    case 'put': {
      if (pins.some(({ id }) => id === edit.pin.id)) return records;
      const { pins: added } = addPin(records, edit.pin);
      const last = added.at(-1);
      return { ...records, pins: last ? added.slice(0, -1).toSpliced(edit.index, 0, last) : added };
    }
  }
}

function withFreeName(pin: Pin, others: readonly Pin[]): Pin {
  return {
    ...pin,
    name: freeName(
      pin.name,
      others.map((other) => other.name),
    ),
  };
}

/** A pin as a recipe that is matched with a library: by ids first. */
export function recipeOfPin(pin: Pin): WantedRecipe {
  const { pretrained, experts, ...recipe } = recipeOfMerge(pin);
  const identified = (wanted: WantedModel, { id }: PinnedModel): WantedModel =>
    id === null ? wanted : { ...wanted, id };
  return {
    ...recipe,
    pretrained: pretrained && identified(pretrained, pin.pretrained),
    experts: experts.flatMap((wanted, place) => {
      const from = pin.experts[place];
      return from ? [identified(wanted, from)] : [];
    }),
  };
}

/** What it comes to in this library, as text; in its own words where models are not there. */
function settingsText(pin: Pin, records: Records, sumOf: SumOf): string {
  const { restored } = matchRecipe(recipeOfPin(pin), records, sumOf);
  if (!restored) {
    const { id: _, name: __, pretrained, experts, ...settings } = pin;
    const words = [pretrained, ...experts].map(({ id: ___, ...said }) => said);
    return JSON.stringify([settings.method, settings.scalingFactor, settings.layers, words]);
  }
  const { baseId, models, method, scalingFactor, layers } = restored;
  const merged = models
    .filter(({ included }) => included)
    .map(({ id, weight, part }) => [id, weight, part]);
  return JSON.stringify([baseId, merged, method, scalingFactor, layers]);
}
