/**
 * The way of a value from a fader to the engine: shown at once, sent at most once per frame, and held on screen until the
 * engine has answered, so that a late snapshot never makes it jump back. By then the page has a snapshot of the value, or
 * of what was set since, here or in another tab.
 */

export interface SteadyPort<T> {
  /** What was asked for and the engine has not answered; null for nothing. */
  readonly wanted: () => T | null;
  readonly show: (wanted: T | null) => void;
  readonly requestFrame: (callback: () => void) => void;
  /** Settles when the page has the snapshot with its effect. */
  readonly send: (value: T) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface SteadyCommand<T> {
  set(value: T): void;
  /** What was asked for and not sent yet is not to be sent: something else decides. */
  forget(): void;
}

export function createSteadyCommand<T>(port: SteadyPort<T>): SteadyCommand<T> {
  let frameRequested = false;
  let newestSend = 0;

  const flush = async (): Promise<void> => {
    frameRequested = false;
    const value = port.wanted();
    if (value === null) return;
    const send = ++newestSend;
    try {
      await port.send(value);
    } catch (error) {
      port.onError(error);
    }
    if (send === newestSend && !frameRequested) port.show(null);
  };

  return {
    set(value) {
      port.show(value);
      if (frameRequested) return;
      frameRequested = true;
      port.requestFrame(() => void flush());
    },
    forget: () => port.show(null),
  };
}
