/** How a panel reaches the studio: by hooks, so that nothing is passed through panels that do not use it. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { PageState } from '../state/page-state';
import type { Studio, StudioCommands } from '../state/store';
import type { StudioState } from '../state/types';

export const StudioContext = createContext<Studio | null>(null);

function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error('This panel stands outside of StudioContext.');
  return studio;
}

/** A reading of the page's state; drawn again when the reading changes. It must not make new objects. */
export function usePage<T>(read: (state: PageState) => T): T {
  return useStore(useStudio().store, read);
}

/** A reading of the engine's snapshot, for panels that are drawn only once there is one. */
export function useSnapshot<T>(read: (snapshot: StudioState) => T): T {
  return usePage(({ snapshot }) => {
    if (snapshot === null) throw new Error('This panel is drawn before the first snapshot.');
    return read(snapshot);
  });
}

export function useCommands(): StudioCommands {
  return useStudio().commands;
}
