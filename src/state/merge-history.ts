/** The page's undo: what its commands change, noted as steps, and brought back through the engine. */
import type { StoreApi } from 'zustand';
import { createHistory, type History } from './history';
import type { PageState } from './page-state';
import type { ScalingFactorCommand } from './scaling-factor';
import type { MergeSettings, PoolEdit, StudioEngine } from './types';

/** Edits of the pool that decide the merged weights, in the words of the buttons. A removal deletes files: it is asked about instead. */
const STEPS: Partial<Record<PoolEdit['type'], string>> = {
  setBase: 'choice of the base',
  setIncluded: 'choice of experts',
  setWeight: 'weight',
  setPart: 'choice of a state dict',
  move: 'order of the sum',
};

export interface MergeHistory extends Pick<History, 'track' | 'setFactor' | 'hold' | 'release'> {
  /** Runs an edit of the pool, as a step where it is one. */
  trackEdit<T>(edit: PoolEdit, command: () => Promise<T>): Promise<T>;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

interface MergeHistoryPort {
  readonly store: StoreApi<PageState>;
  readonly engine: () => StudioEngine;
  readonly factor: ScalingFactorCommand;
  readonly now: () => number;
  /** The factor of the address is to be this one. */
  readonly onFactor: (value: number) => void;
}

export function createMergeHistory(port: MergeHistoryPort): MergeHistory {
  const { store, engine, factor } = port;

  /** The engine's settings, with the factor that is on its way to it. */
  const read = (): MergeSettings | null => {
    const { snapshot, wanted } = store.getState();
    if (snapshot === null || wanted === null) return snapshot?.merge ?? null;
    return { ...snapshot.merge, scalingFactor: wanted };
  };

  const history = createHistory({
    read,
    async apply(settings) {
      const { scalingFactor, ...others } = settings;
      const { scalingFactor: _, ...present } = read() ?? settings;
      // A factor alone goes the way of the slider: shown at once, and no queue before it.
      if (scalingFactor !== null && JSON.stringify(others) === JSON.stringify(present)) {
        factor.set(scalingFactor);
        port.onFactor(scalingFactor);
        return;
      }
      factor.forget();
      await engine().setMerge(settings);
    },
    onChange: (steps) => store.setState({ history: steps }),
    now: port.now,
  });

  const say = (done: string, nothing: string, what: string | null): void =>
    store.setState({ announcement: what === null ? nothing : `${done}: ${what}.` });

  return {
    track: history.track,
    setFactor: history.setFactor,
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
