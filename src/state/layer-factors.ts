/** The way of the layer factors from the equaliser to the engine, and how a fader changes them. */
import type { StoreApi } from 'zustand';
import type { PageState } from './page-state';
import { createSteadyCommand, type SteadyCommand } from './steady';
import type { LayerFactors, LayersView } from './types';

export interface LayerFactorsPort {
  readonly store: StoreApi<PageState>;
  readonly requestFrame: (callback: () => void) => void;
  readonly send: (value: LayerFactors) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export type LayerFactorsCommand = SteadyCommand<LayerFactors>;

export function createLayerFactorsCommand({
  store,
  ...port
}: LayerFactorsPort): LayerFactorsCommand {
  return createSteadyCommand<LayerFactors>({
    ...port,
    wanted: () => store.getState().wantedLayers,
    show: (wantedLayers) => store.setState({ wantedLayers }),
  });
}

const NONE: LayerFactors = {};

/** The factors on screen, those asked for, else the engine's: 1 for a group that is not among them. */
export function shownLayers({ wantedLayers, snapshot }: PageState): LayerFactors {
  return wantedLayers ?? snapshot?.layers.groups ?? NONE;
}

/** The factors with these groups changed, as a whole: none of their tensors keeps one of its own. */
export function withGroups(
  factors: LayerFactors,
  { own }: LayersView,
  changed: LayerFactors,
): LayerFactors {
  const dropped = new Set(Object.keys(changed).flatMap((group) => own[group] ?? []));
  const kept = Object.entries(factors).filter(([name]) => !dropped.has(name));
  return Object.fromEntries([...kept, ...Object.entries(changed)]);
}
