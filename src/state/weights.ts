/** The way of the experts' weights from the faders to the engine. */
import type { StoreApi } from 'zustand';
import type { PageState, Weights } from './page-state';
import { createSteadyCommand, type SteadyCommand } from './steady';
import type { MergeSettings, ModelView } from './types';

export type { Weights };

export interface WeightsPort {
  readonly store: StoreApi<PageState>;
  readonly requestFrame: (callback: () => void) => void;
  readonly send: (weights: Weights) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** What is set is added to what was asked for and is not answered: several faders may move at once. */
export type WeightsCommand = SteadyCommand<Weights>;

export function createWeightsCommand({ store, ...port }: WeightsPort): WeightsCommand {
  const command = createSteadyCommand<Weights>({
    ...port,
    wanted: () => store.getState().wantedWeights,
    show: (wantedWeights) => store.setState({ wantedWeights }),
  });
  return {
    ...command,
    set: (weights) => command.set({ ...store.getState().wantedWeights, ...weights }),
  };
}

/** The weight on screen: the one asked for, else the engine's. */
export function shownWeight({ wantedWeights }: PageState, { id, weight }: ModelView): number {
  return wantedWeights?.[id] ?? weight;
}

/** The models with these weights; the others keep theirs. */
export function weighed(
  models: MergeSettings['models'],
  weights: Weights,
): MergeSettings['models'] {
  return models.map((model) => ({ ...model, weight: weights[model.id] ?? model.weight }));
}
