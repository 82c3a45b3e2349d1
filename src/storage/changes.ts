/** Tells other tabs, and other libraries on the same store, what changed. */
import * as v from 'valibot';
import type { LibraryChange } from './types';

const Change = v.object({
  what: v.picklist(['model', 'imageset', 'setting', 'result']),
  id: v.string(),
});

export interface Changes {
  announce(change: LibraryChange): void;
  /** Returns the way to stop. */
  onChange(listener: (change: LibraryChange) => void): () => void;
  close(): void;
}

export function openChanges(name: string): Changes {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<(change: LibraryChange) => void>();
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    // A tab of another version may tell of more.
    if (!v.is(Change, data)) return;
    for (const listener of listeners) listener(data);
  };
  return {
    announce: (change) => channel.postMessage(change),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => channel.close(),
  };
}
