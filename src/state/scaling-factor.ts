/** The way of the scaling factor from the slider to the engine. */
import type { StoreApi } from 'zustand';
import type { PageState } from './page-state';
import { createSteadyCommand, type SteadyCommand } from './steady';

export interface ScalingFactorPort {
  readonly store: StoreApi<PageState>;
  readonly requestFrame: (callback: () => void) => void;
  readonly send: (value: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** `set` takes any finite number; others are ignored. */
export type ScalingFactorCommand = SteadyCommand<number>;

export function createScalingFactorCommand({
  store,
  ...port
}: ScalingFactorPort): ScalingFactorCommand {
  const command = createSteadyCommand<number>({
    ...port,
    wanted: () => store.getState().wanted,
    show: (wanted) => store.setState({ wanted }),
  });
  return {
    ...command,
    set: (value) => {
      if (Number.isFinite(value)) command.set(value);
    },
  };
}
