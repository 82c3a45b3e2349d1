/** The page's engine: opened, replaced by a new one, and what it shows handed on for as long as it is the one in use. */
import type { StoreApi } from 'zustand';
import type { EngineHandle } from '../../engine/client';
import { countAsked } from '../asked';
import { SILENT_LIBRARY } from '../notices';
import type { PageState } from '../page-state';
import type { StudioEngine, StudioState } from '../types';
import type { Acting } from './acting';

/** A library answers within a second or two, on a machine that is busy as well. */
const SILENT_MS = 30_000;

export interface Connection {
  /** The engine in use, which may still be opening its library; null before the first. */
  engine(): StudioEngine | null;
  /** Opens an engine in the place of the one before. False, and the page says why, if none came up. */
  open(events: ConnectionEvents): Promise<boolean>;
}

export interface ConnectionEvents {
  /** Another engine is being opened. */
  onOpen(): void;
  onSnapshot(snapshot: StudioState): void;
  readonly acting: Pick<Acting, 'notify' | 'notifyTrouble' | 'dismiss'>;
}

export function createConnection(
  store: StoreApi<PageState>,
  openEngine: () => EngineHandle,
): Connection {
  let handle: EngineHandle | null = null;

  /** Opens a worker and waits for its first snapshot. */
  const connect = async ({ onOpen, onSnapshot, acting }: ConnectionEvents): Promise<void> => {
    handle?.close();
    store.setState({ connection: 'starting' });
    const opened = countAsked(openEngine(), (step) =>
      store.setState(({ asked }) => ({ asked: asked + step })),
    );
    handle = opened;
    onOpen();
    let connected = false;
    opened.onTrouble((error) => {
      if (handle === opened && connected) acting.notifyTrouble(error, 'restart');
    });
    let seeFirst: (() => void) | undefined;
    const first = new Promise<void>((resolve) => {
      seeFirst = resolve;
    });
    const answered = tellSilence(acting);
    try {
      await opened.engine.connect((snapshot) => {
        if (handle !== opened) return;
        onSnapshot(snapshot);
        seeFirst?.();
      });
      connected = true;
      await first;
    } finally {
      answered();
    }
    store.setState({ connection: 'ready', fatal: null });
  };

  return {
    engine: () => handle?.engine ?? null,
    async open(events) {
      try {
        await connect(events);
        return true;
      } catch (error) {
        const fatal = error instanceof Error ? error.message : String(error);
        store.setState({ connection: 'failed', fatal });
        return false;
      }
    },
  };
}

/** Says so where the library is silent for long; the notice goes when what is returned is called. */
function tellSilence({ notify, dismiss }: Pick<Acting, 'notify' | 'dismiss'>): () => void {
  let told: number | null = null;
  const timer = setTimeout(() => {
    told = notify(SILENT_LIBRARY);
  }, SILENT_MS);
  return () => {
    clearTimeout(timer);
    if (told !== null) dismiss(told);
  };
}
