/** What the page asks of the browser around it, beside its engine: so that tests bring their own, and Node has none. */

export interface Platform {
  /** Milliseconds. */
  readonly now: () => number;
  /** The page's whole address. */
  readonly href: () => string;
  /** Takes the link out of the address: what it said holds, and may be changed from now on. */
  readonly forgetLink: () => void;
  /** Puts a text into the clipboard. Rejects where the browser refuses. */
  readonly copy: (text: string) => Promise<void>;
  /** Is the page where nobody sees it, in a tab behind another? */
  readonly isHidden: () => boolean;
  /** From now on leaving the page asks first, or no longer does. */
  readonly guardLeaving: (on: boolean) => void;
  readonly notifications: SystemNotifications;
}

export interface SystemNotifications {
  /** `unasked`: the user can be asked. */
  readonly standing: () => 'granted' | 'unasked' | 'refused';
  /** Asks the user, by the browser's own question. */
  readonly ask: () => Promise<void>;
  readonly show: (title: string, body: string) => void;
}

/** A page with nothing around it. */
export const NO_PLATFORM: Platform = {
  now: () => Date.now(),
  href: () => 'about:blank',
  forgetLink: () => undefined,
  copy: () => Promise.reject(new Error('There is no clipboard here.')),
  isHidden: () => false,
  guardLeaving: () => undefined,
  notifications: {
    standing: () => 'refused',
    ask: async () => undefined,
    show: () => undefined,
  },
};
