/**
 * The way of a value from a fader to the engine: shown at once, sent at most once per frame, and held on screen until the
 * engine has caught up, so that a late snapshot never makes it jump back.
 */

export interface SteadyPort<T> {
  /** What was asked for and the engine has not confirmed; null for nothing. */
  readonly wanted: () => T | null;
  readonly show: (wanted: T | null) => void;
  /** Does the engine's newest snapshot show it? */
  readonly isConfirmed: (wanted: T) => boolean;
  readonly requestFrame: (callback: () => void) => void;
  readonly send: (value: T) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface SteadyCommand<T> {
  set(value: T): void;
  /** Call after every snapshot. */
  reconcile(): void;
  /** What was asked for and not sent yet is not to be sent: something else decides. */
  forget(): void;
}

export function createSteadyCommand<T>(port: SteadyPort<T>): SteadyCommand<T> {
  let frameRequested = false;
  let newestSend = 0;
  let acknowledgedSend = 0;

  const flush = async (): Promise<void> => {
    frameRequested = false;
    const value = port.wanted();
    if (value === null) return;
    const send = ++newestSend;
    try {
      await port.send(value);
    } catch (error) {
      if (send === newestSend && !frameRequested) port.show(null);
      port.onError(error);
      return;
    }
    if (send !== newestSend) return;
    acknowledgedSend = send;
    reconcile();
  };

  const set = (value: T): void => {
    port.show(value);
    if (frameRequested) return;
    frameRequested = true;
    port.requestFrame(() => void flush());
  };

  const reconcile = (): void => {
    const wanted = port.wanted();
    const settled = !frameRequested && acknowledgedSend === newestSend;
    if (wanted !== null && settled && port.isConfirmed(wanted)) port.show(null);
  };

  return { set, reconcile, forget: () => port.show(null) };
}
