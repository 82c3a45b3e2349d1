/** Which models are in the pool, in which order and role: plain data and the edits on it. Stored between visits. */
import { byCodePoint } from '../code-points';
import { ConfigError } from '../errors';
import type { Origin, PoolEdit } from './api';
import { freeName } from './free-name';

export interface PoolEntry {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly included: boolean;
  readonly weight: number;
}

export interface PoolState {
  readonly baseId: string | null;
  /** All models; the experts among them in the order of the sum. */
  readonly entries: readonly PoolEntry[];
}

export const EMPTY_POOL: PoolState = { baseId: null, entries: [] };

/** A model that has just been imported. */
export interface NewModel {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  /** Both towers: can be the base without asking. */
  readonly fullClip: boolean;
}

/**
 * Appends one drop: in code-point order of the names, never in order of arrival. The first full CLIP becomes the base
 * where there is none; a name that is taken gets a number.
 */
export function addModels(state: PoolState, models: readonly NewModel[]): PoolState {
  const sorted = [...models].sort((a, b) => byCodePoint(a.name, b.name));
  const entries = [...state.entries];
  for (const { id, name, origin } of sorted) {
    entries.push({
      id,
      origin,
      name: freeName(
        name,
        entries.map((entry) => entry.name),
      ),
      included: true,
      weight: 1,
    });
  }
  const baseId = state.baseId ?? sorted.find(({ fullClip }) => fullClip)?.id ?? null;
  return { baseId, entries };
}

export function experts(state: PoolState): PoolEntry[] {
  return state.entries.filter(({ id }) => id !== state.baseId);
}

export function includedExperts(state: PoolState): PoolEntry[] {
  return experts(state).filter(({ included }) => included);
}

/** Applies an edit; unknown ids leave the state as it is. Throws ConfigError on a weight or name that cannot be. */
export function editPool(state: PoolState, edit: PoolEdit): PoolState {
  const change = (changes: Partial<PoolEntry>): PoolState => ({
    ...state,
    entries: state.entries.map((entry) =>
      entry.id === edit.id ? { ...entry, ...changes } : entry,
    ),
  });
  switch (edit.type) {
    case 'setBase':
      return { ...change({ included: true, weight: 1 }), baseId: edit.id };
    case 'setIncluded':
      return change({ included: edit.included });
    case 'setWeight':
      if (!Number.isFinite(edit.weight)) {
        throw new ConfigError(`A weight is a finite number, not ${edit.weight}.`);
      }
      return change({ weight: edit.weight });
    case 'rename': {
      const name = edit.name.trim();
      if (name === '') throw new ConfigError('A model needs a name of at least one character.');
      const others = state.entries.filter(({ id }) => id !== edit.id);
      return change({
        name: freeName(
          name,
          others.map((entry) => entry.name),
        ),
      });
    }
    case 'move':
      return move(state, edit.id, edit.index);
    case 'remove':
      return {
        baseId: state.baseId === edit.id ? null : state.baseId,
        entries: state.entries.filter(({ id }) => id !== edit.id),
      };
  }
}

/** The default scaling factor: the tutorial's for one or two experts, FusionBench's method default for more. */
export function defaultScalingFactor(expertCount: number): number {
  return expertCount <= 2 ? 0.7 : 0.3;
}

function move(state: PoolState, id: string, index: number): PoolState {
  const moved = state.entries.find((entry) => entry.id === id);
  if (!moved || id === state.baseId) return state;
  const base = state.entries.filter((entry) => entry.id === state.baseId);
  const others = experts(state).filter((entry) => entry.id !== id);
  others.splice(Math.max(0, index), 0, moved);
  return { ...state, entries: [...base, ...others] };
}
