/** Pins: made of what is on screen, brought back, held against each other. */
import type { StoreApi } from 'zustand';
import type { MergeHistory } from '../merge-history';
import type { PageState } from '../page-state';
import type { Pair, PairComparison, Pin, PinEdit, StudioEngine } from '../types';

export interface PinCommands {
  /** Pins the merge on screen; gives the pin's id, or null where the engine could not. */
  pin(): Promise<string | null>;
  /** True if the engine took it. */
  renamePin(id: string, name: string): Promise<boolean>;
  /** True if it is gone; `putPin` brings it back to its place. */
  removePin(id: string): Promise<boolean>;
  putPin(pin: Pin, index: number): Promise<boolean>;
  /** Merges as a pin says: one step to undo. */
  applyPin(id: string): Promise<void>;
  /** Null if the engine could not tell. */
  comparePins(pair: Pair): Promise<PairComparison | null>;
}

interface PinPort {
  readonly store: StoreApi<PageState>;
  readonly engine: () => StudioEngine;
  readonly history: MergeHistory;
  /** Runs a command; its failure becomes a notice and `fallback` the answer. */
  readonly attempt: <T>(command: () => Promise<T>, fallback: T) => Promise<T>;
  /** The engine has what is still on its way from a fader. */
  readonly sendFactors: () => Promise<unknown>;
  /** Factors that are still on their way to the engine are not to come after a pin's. */
  readonly forgetFactors: () => void;
}

export function createPinCommands(port: PinPort): PinCommands {
  const { store, engine, history, attempt } = port;
  const nameOf = (id: string): string =>
    store.getState().snapshot?.pins.find(({ pin }) => pin.id === id)?.pin.name ?? 'The pin';
  const say = (announcement: string): void => store.setState({ announcement });

  const edit = (change: PinEdit, done: string): Promise<boolean> =>
    attempt(async () => {
      await engine().editPins(change);
      say(done);
      return true;
    }, false);

  return {
    pin: () =>
      attempt(async () => {
        const sent = port.sendFactors();
        // Asked for at once, behind the factors: what comes after this press is no part of it.
        const [id] = await Promise.all([engine().pin(), sent]);
        say(`Pinned: ${nameOf(id)}.`);
        return id;
      }, null),
    renamePin: (id, name) => edit({ type: 'rename', id, name }, `Renamed to ${name}.`),
    removePin: (id) => edit({ type: 'remove', id }, `Removed the pin ${nameOf(id)}.`),
    putPin: (pin, index) => edit({ type: 'put', pin, index }, `${pin.name} is pinned again.`),
    applyPin: (id) =>
      attempt(async () => {
        const name = nameOf(id);
        const { missing } = await history.track('pinned merge', () => {
          port.forgetFactors();
          return engine().applyPin(id);
        });
        say(
          missing.length === 0
            ? `Merging as ${name} says.`
            : `${name} needs what is not in this library: ${missing.join(', ')}.`,
        );
      }, undefined),
    comparePins: (pair) => attempt(() => engine().comparePins(pair), null),
  };
}
