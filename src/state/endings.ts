/**
 * Tells that long work has ended: by a quiet notice, and where the user allowed it and looks elsewhere, by the system. Holds
 * the page while a download is being written, and says where a finished one went.
 */
import type { StoreApi } from 'zustand';
import { followWork, inMinutes, LONG_MS, type Work } from './long-work';
import type { NoticeText } from './notices';
import type { PageState } from './page-state';
import type { Platform } from './platform';
import type { ExportedFile, StudioState } from './types';

export interface Endings {
  /** To be called with every snapshot. */
  follow(snapshot: StudioState): void;
  /** Runs a command, and tells its end where it took long and went well. */
  timed<T>(label: string, command: () => Promise<T>): Promise<T>;
  /** Runs what writes a download: leaving the page asks first until it is done. */
  guarded<T>(write: () => Promise<T>): Promise<T>;
  /** The file was handed to the browser. */
  saved(file: ExportedFile): void;
  /** Asks the user for notifications of the system. */
  allow(): Promise<void>;
}

interface EndingsPort {
  readonly store: StoreApi<PageState>;
  readonly platform: Platform;
  readonly notify: (notice: NoticeText) => void;
}

export function createEndings({ store, platform, notify }: EndingsPort): Endings {
  const { notifications, now } = platform;
  let works: readonly Work[] = [];
  let writing = 0;

  const tell = (label: string, took: number): void => {
    const message = `${label} is done. It took ${inMinutes(took)}.`;
    const standing = notifications.standing();
    if (standing === 'granted' && platform.isHidden()) {
      notifications.show('Task Arithmetic Studio', message);
    }
    notify({
      severity: 'info',
      title: 'Done',
      message,
      details: [],
      quiet: true,
      ...(standing === 'unasked' && { remedy: 'notifications' as const }),
    });
  };

  return {
    follow(snapshot) {
      const time = now();
      const { works: next, ended } = followWork(works, snapshot, time);
      works = next;
      for (const { label, since } of ended) tell(label, time - since);
    },
    async timed(label, command) {
      const begun = now();
      const result = await command();
      const took = now() - begun;
      if (took >= LONG_MS) tell(label, took);
      return result;
    },
    async guarded(write) {
      writing += 1;
      platform.guardLeaving(true);
      try {
        return await write();
      } finally {
        writing -= 1;
        if (writing === 0) platform.guardLeaving(false);
      }
    },
    saved({ name, file }) {
      store.setState({
        saved: { name, bytes: file.size },
        announcement: `${name} went to this browser’s downloads.`,
      });
    },
    allow: notifications.ask,
  };
}
