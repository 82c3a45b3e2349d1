/** Where work that may be kept waiting passes while nothing more urgent is to be done. */

export interface Gate {
  set(isOpen: boolean): void;
  isOpen(): boolean;
  /** Resolves when it is open, or the signal is given. What it resolves with is given when the gate closes next. */
  pass(signal: AbortSignal): Promise<AbortSignal>;
}

export function createGate(): Gate {
  let closing = new AbortController();
  let open = true;
  const waiting = new Set<() => void>();

  return {
    set(isOpen) {
      if (isOpen === open) return;
      open = isOpen;
      if (open) {
        closing = new AbortController();
        for (const goOn of [...waiting]) goOn();
      } else {
        closing.abort(new DOMException('something more urgent came', 'AbortError'));
      }
    },
    isOpen: () => open,
    async pass(signal) {
      while (!open && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const goOn = () => {
            waiting.delete(goOn);
            signal.removeEventListener('abort', goOn);
            resolve();
          };
          waiting.add(goOn);
          signal.addEventListener('abort', goOn, { once: true });
        });
      }
      return closing.signal;
    },
  };
}
