import { useSyncExternalStore } from 'react';

/** Below this the panels stand one below the other; the style sheets say the same. */
const NARROW = '(max-width: 59.99rem)';

function subscribe(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Is the page too narrow for two columns? */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}
