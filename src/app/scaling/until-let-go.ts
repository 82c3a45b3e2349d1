/** Calls once when the pointer that has taken a handle lets it go, wherever it is by then. */
export function untilLetGo(onLetGo: () => void): void {
  const letGo = new AbortController();
  for (const end of ['pointerup', 'pointercancel']) {
    window.addEventListener(
      end,
      () => {
        letGo.abort();
        onLetGo();
      },
      { signal: letGo.signal },
    );
  }
}
