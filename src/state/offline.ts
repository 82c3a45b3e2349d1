/**
 * The page without a network: its service worker keeps the files of this version. It is registered when the first work is
 * done, and a newer version is offered when nothing is computed or written: taking it is the user's doing.
 */
import type { StoreApi } from 'zustand';
import type { NoticeText } from './notices';
import type { PageState } from './page-state';

/** After the last work: keeping 45 MB must not delay it. */
const QUIET_MS = 3000;

export const UPDATE_NOTICE: NoticeText = {
  severity: 'info',
  title: 'A new version is ready',
  message:
    'It is used once you choose it here, or when all tabs of this page were closed. The library stays.',
  details: [],
  remedy: 'update',
};

/** Is something computed, imported or written that a reload would end? */
export function isWorking({ snapshot, demo }: PageState): boolean {
  if (snapshot === null || demo.loading !== null || snapshot.jobs.length > 0) return true;
  return snapshot.scores.phase === 'preparing' || snapshot.scores.phase === 'scoring';
}

/** Calls once the page has done nothing for a moment. Returns the way to stop waiting. */
export function whenQuiet(store: StoreApi<PageState>, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    if (isWorking(store.getState())) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(() => {
        stop();
        act();
      }, QUIET_MS);
    }
  };
  const unsubscribe = store.subscribe(look);
  const stop = (): void => {
    clearTimeout(timer);
    unsubscribe();
  };
  look();
  return stop;
}

/** Has this version kept for visits without a network; `offer` is called when a newer one is there. */
export async function keepOffline(offer: () => void): Promise<void> {
  const workers = (navigator as { readonly serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (!workers) return;
  try {
    const registration = await workers.register(new URL('sw.js', document.baseURI));
    const offerWaiting = (): void => {
      // Without one in charge it is the first, and replaces nothing.
      if (registration.waiting && workers.controller) offer();
    };
    offerWaiting();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', offerWaiting);
    });
  } catch (error) {
    // Private windows and plain http have none; everything else works without.
    console.info('Nothing is kept for visits without a network:', error);
  }
}

/** Lets the version that waits take over, and loads its page. */
export async function takeUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const waiting = registration?.waiting;
  if (!waiting) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  waiting.postMessage('take over');
}
