/**
 * What is set while a handle moves: the scaling factor, which the address carries too, the weights of experts and the layer
 * factors. Shown at once, sent once a frame, and each drag one step to undo.
 */
import { createLayerFactorsCommand, type LayerFactorsCommand, withGroups } from '../layer-factors';
import { createMergeHistory, type MergeHistory } from '../merge-history';
import { createScalingFactorCommand, type ScalingFactorCommand } from '../scaling-factor';
import type { LayerFactors } from '../types';
import { createWeightsCommand, weighed } from '../weights';
import type { Acting } from './acting';

export interface FaderCommands {
  setScalingFactor(value: number): void;
  /** How much an expert's task vector counts. */
  setWeight(id: string, weight: number): void;
  /** Sets the factors of these groups of tensors; others stay. */
  setLayers(groups: LayerFactors): void;
  /** The handle of the slider is held, or let go: what is set meanwhile is one step to undo. */
  holdSlider(held: boolean): void;
}

export interface Faders {
  readonly commands: FaderCommands;
  readonly history: MergeHistory;
  readonly factor: ScalingFactorCommand;
  readonly layers: LayerFactorsCommand;
  /** The engine has what was asked for before it is asked for anything else. */
  sendFactors(): Promise<unknown>;
  /** What is still on its way to the engine is not to come after what something else decides. */
  forgetFactors(): void;
  /** The scaling factor that the address carries, or will in a moment. */
  setAddress(value: number): void;
  /** Merges at the address's scaling factor, where it has one. */
  takeAddress(): void;
}

export interface FadersPort extends Acting {
  readonly requestFrame: (callback: () => void) => void;
  readonly address: { read(): number | null; write(value: number): void };
  readonly now: () => number;
}

export function createFaders(port: FadersPort): Faders {
  const { store, engine, requestFrame, address } = port;
  const common = { store, requestFrame, onError: port.notifyError };
  const factor = createScalingFactorCommand({
    ...common,
    send: (value) => engine().setScalingFactor(value),
  });
  const layers = createLayerFactorsCommand({
    ...common,
    send: (value) => engine().setLayers(value),
  });
  const weights = createWeightsCommand({
    ...common,
    send: (value) => engine().setWeights(value),
  });

  /** Null before the address was read, and where it carries none. */
  let addressed: number | null = null;
  const setAddress = (value: number): void => {
    addressed = value;
    address.write(value);
  };
  // Set in another tab, or by a recipe: a reload must not bring back the one that the address had before.
  store.subscribe(({ snapshot, wanted }, before) => {
    if (snapshot === before.snapshot && wanted === before.wanted) return;
    if (addressed === null || wanted !== null || !snapshot?.method.hasScalingFactor) return;
    if (snapshot.scalingFactor !== addressed) setAddress(snapshot.scalingFactor);
  });

  const history = createMergeHistory({
    store,
    engine,
    factor,
    layers,
    weights,
    now: port.now,
    onFactor: setAddress,
  });

  const commands: FaderCommands = {
    setScalingFactor(value) {
      if (!Number.isFinite(value)) return;
      history.set('scaling factor', { scalingFactor: value });
      factor.set(value);
      setAddress(value);
    },
    setWeight(id, weight) {
      const { snapshot, wantedWeights } = store.getState();
      const model = snapshot?.pool.models.find((one) => one.id === id);
      if (!snapshot || !model || !Number.isFinite(weight)) return;
      const present = weighed(snapshot.merge.models, wantedWeights ?? {});
      history.set(`weight of ${model.name}`, { models: weighed(present, { [id]: weight }) });
      weights.set({ [id]: weight });
    },
    setLayers(groups) {
      const { snapshot, wantedLayers } = store.getState();
      if (snapshot === null) return;
      const present = wantedLayers ?? snapshot.merge.layers;
      const changed = withGroups(present, snapshot.layers, groups);
      history.set('layer factors', { layers: changed });
      layers.set(changed);
    },
    holdSlider: (held) => (held ? history.hold() : history.release()),
  };

  return {
    commands,
    history,
    factor,
    layers,
    sendFactors() {
      const { wanted, wantedLayers } = store.getState();
      return Promise.all([
        wanted !== null && engine().setScalingFactor(wanted),
        wantedLayers !== null && engine().setLayers(wantedLayers),
      ]);
    },
    forgetFactors() {
      for (const fader of [factor, layers, weights]) fader.forget();
    },
    setAddress,
    takeAddress() {
      addressed = address.read();
      if (addressed !== null) factor.set(addressed);
    },
  };
}
