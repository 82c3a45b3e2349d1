/** Readings of the page's state that more than one panel needs. */
import type { PageState } from './page-state';

/** The scaling factor on screen: the one asked for, else the engine's. */
export function shownFactor({ wanted, snapshot }: PageState): number | null {
  return wanted ?? snapshot?.scalingFactor ?? null;
}

/** Do the scores on screen belong to another scaling factor, other weights or layer factors than those on screen? */
export function isStale(state: PageState): boolean {
  if (state.snapshot === null) return false;
  const { wantedLayers, wantedWeights, snapshot } = state;
  return (
    shownFactor(state) !== snapshot.scalingFactor || wantedLayers !== null || wantedWeights !== null
  );
}

/** Is the merged average on screen another factor's? */
export function isAverageStale(state: PageState): boolean {
  return isStale(state) || state.merged.averageHeld;
}

/** Is anything of the table still to come? False means: every number of it is final. */
export function isBusy(state: PageState): boolean {
  return state.snapshot?.scores.phase !== 'complete' || isStale(state) || state.asked > 0;
}

/** Text of the status line: the engine's own, unless it speaks of another scaling factor. */
export function statusText(state: PageState): string {
  if (state.snapshot === null) return 'Starting the engine';
  if (shownFactor(state) !== state.snapshot.scalingFactor) {
    return `Setting the scaling factor to ${shownFactor(state)}`;
  }
  if (state.wantedWeights !== null) return 'Setting the weights';
  if (isStale(state)) return 'Setting the layer factors';
  return state.snapshot.scores.status;
}

/** Can the panels be drawn? Snapshots that come while the library is being opened may still lack what is in it. */
export function isOpen(state: PageState): boolean {
  return state.snapshot !== null && (state.connection === 'ready' || !isEmpty(state));
}

/** Is the library empty? */
export function isEmpty({ snapshot }: PageState): boolean {
  return snapshot !== null && snapshot.pool.models.length === 0 && snapshot.tasks.length === 0;
}

/** Has the user models of their own? Then the demo's would only be mixed up with them. */
export function hasOwnModels({ snapshot }: PageState): boolean {
  return snapshot?.pool.models.some(({ origin }) => origin === 'user') ?? false;
}

/** Is anything of the built-in demo in the library? */
export function hasDemo({ snapshot }: PageState): boolean {
  const items = snapshot ? [...snapshot.pool.models, ...snapshot.tasks] : [];
  return items.some(({ origin }) => origin === 'demo');
}

/** Is the built-in demo what is loaded, and nothing else? */
export function isDemo({ snapshot }: PageState): boolean {
  const items = snapshot ? [...snapshot.pool.models, ...snapshot.tasks] : [];
  return items.length > 0 && items.every(({ origin }) => origin === 'demo');
}
