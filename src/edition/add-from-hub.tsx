import { lazy, Suspense, useState } from 'react';
import { useStore } from 'zustand';
import { Icon } from '../app/ui/icon';
import type { HubDownloads } from './downloads';

/** Loaded when it is opened. */
const HubDialog = lazy(() => import('./hub-dialog'));

interface AddFromHubProps {
  readonly downloads: HubDownloads;
  readonly endpoint: string;
}

/** The way to the dialogue; what it began goes on while it is closed, and is told here. */
export function AddFromHub({ downloads, endpoint }: AddFromHubProps) {
  const [open, setOpen] = useState(false);
  const progress = useStore(downloads.store, (view) => view.progress);
  const share =
    progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null;
  return (
    <>
      <button type="button" className="file-button" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        <span>Add from the Hub{share === null ? '' : ` (${share} %)`}</span>
      </button>
      {open && (
        <Suspense>
          <HubDialog downloads={downloads} endpoint={endpoint} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
