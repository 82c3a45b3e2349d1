/**
 * The way of the scaling factor from the slider to the engine: shown at once, sent at most once per frame, and held on
 * screen until the engine has caught up, so that a late snapshot never makes it jump back.
 */
import type { StoreApi } from 'zustand';
import type { PageState } from './page-state';

export interface ScalingFactorPort {
  readonly store: StoreApi<PageState>;
  readonly requestFrame: (callback: () => void) => void;
  readonly send: (value: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface ScalingFactorCommand {
  /** Any finite number; others are ignored. */
  set(value: number): void;
  /** Call after every snapshot. */
  reconcile(): void;
  /** What was asked for and not sent yet is not to be sent: something else decides the factor. */
  forget(): void;
}

export function createScalingFactorCommand(port: ScalingFactorPort): ScalingFactorCommand {
  const { store } = port;
  let frameRequested = false;
  let newestSend = 0;
  let acknowledgedSend = 0;

  const flush = async (): Promise<void> => {
    frameRequested = false;
    const value = store.getState().wanted;
    if (value === null) return;
    const send = ++newestSend;
    try {
      await port.send(value);
    } catch (error) {
      if (send === newestSend && !frameRequested) store.setState({ wanted: null });
      port.onError(error);
      return;
    }
    if (send !== newestSend) return;
    acknowledgedSend = send;
    reconcile();
  };

  const set = (value: number): void => {
    if (!Number.isFinite(value)) return;
    store.setState({ wanted: value });
    if (frameRequested) return;
    frameRequested = true;
    port.requestFrame(() => void flush());
  };

  const reconcile = (): void => {
    const { wanted, snapshot } = store.getState();
    const settled = !frameRequested && acknowledgedSend === newestSend;
    if (wanted !== null && settled && snapshot?.scalingFactor === wanted) {
      store.setState({ wanted: null });
    }
  };

  return { set, reconcile, forget: () => store.setState({ wanted: null }) };
}
