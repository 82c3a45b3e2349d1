/** The page's undo: what its commands change, noted as steps, and brought back through the engine. */
import type { StoreApi } from 'zustand';
import { createHistory, type History } from './history';
import type { LayerFactorsCommand } from './layer-factors';
import type { PageState } from './page-state';
import type { ScalingFactorCommand } from './scaling-factor';
import type { MergeSettings, PoolEdit, StudioEngine } from './types';
import { type Weights, type WeightsCommand, weighed } from './weights';

/** Edits of the pool that decide the merged weights, in the words of the buttons. A removal deletes files: it is asked about instead. */
const STEPS: Partial<Record<PoolEdit['type'], string>> = {
  setBase: 'choice of the base',
  setIncluded: 'choice of experts',
  setPart: 'choice of a state dict',
  move: 'order of the sum',
};

export interface MergeHistory
  extends Pick<History, 'track' | 'set' | 'change' | 'hold' | 'release'> {
  /** Runs an edit of the pool, as a step where it is one. */
  trackEdit<T>(edit: PoolEdit, command: () => Promise<T>): Promise<T>;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

interface MergeHistoryPort {
  readonly store: StoreApi<PageState>;
  readonly engine: () => StudioEngine;
  readonly factor: ScalingFactorCommand;
  readonly layers: LayerFactorsCommand;
  readonly weights: WeightsCommand;
  readonly now: () => number;
  /** The factor of the address is to be this one. */
  readonly onFactor: (value: number) => void;
}

export function createMergeHistory(port: MergeHistoryPort): MergeHistory {
  const { store, engine, factor, layers, weights } = port;

  /** The engine's settings, with the factors that are on their way to it. */
  const read = (): MergeSettings | null => {
    const { snapshot, wanted, wantedLayers, wantedWeights } = store.getState();
    if (snapshot === null) return null;
    return {
      ...snapshot.merge,
      ...(wantedWeights !== null && { models: weighed(snapshot.merge.models, wantedWeights) }),
      ...(wanted !== null && { scalingFactor: wanted }),
      ...(wantedLayers !== null && { layers: wantedLayers }),
    };
  };

  const history = createHistory({
    read,
    async apply(settings) {
      const { scalingFactor } = settings;
      const present = read() ?? settings;
      const changed = changedWeights(present, settings);
      const faded = {
        ...present,
        scalingFactor,
        layers: settings.layers,
        models: weighed(present.models, changed),
      };
      const isSet = scalingFactor !== null || present.scalingFactor === null;
      // What faders set goes the faders' way: shown at once, and no queue before it.
      if (isSet && JSON.stringify(faded) === JSON.stringify(settings)) {
        if (scalingFactor !== null && scalingFactor !== present.scalingFactor) {
          factor.set(scalingFactor);
          port.onFactor(scalingFactor);
        }
        if (JSON.stringify(settings.layers) !== JSON.stringify(present.layers)) {
          layers.set(settings.layers);
        }
        if (Object.keys(changed).length > 0) weights.set(changed);
        return;
      }
      factor.forget();
      layers.forget();
      weights.forget();
      await engine().setMerge(settings);
    },
    onChange: (steps) => store.setState({ history: steps }),
    now: port.now,
  });

  const say = (done: string, nothing: string, what: string | null): void =>
    store.setState({ announcement: what === null ? nothing : `${done}: ${what}.` });

  return {
    track: history.track,
    set: history.set,
    change: history.change,
    hold: history.hold,
    release: history.release,
    trackEdit: (edit, command) => {
      const what = STEPS[edit.type];
      return what === undefined ? command() : history.track(what, command);
    },
    undo: async () => say('Undone', 'There is nothing to undo.', await history.undo()),
    redo: async () => say('Done again', 'There is nothing to do again.', await history.redo()),
  };
}

/** The weights of `next` that are others than before. */
function changedWeights(before: MergeSettings, next: MergeSettings): Weights {
  const known = new Map(before.models.map(({ id, weight }) => [id, weight]));
  return Object.fromEntries(
    next.models.flatMap(({ id, weight }) => (known.get(id) === weight ? [] : [[id, weight]])),
  );
}
