/** What the page asks of a real browser. */
import { withoutLink } from './link';
import type { Platform } from './platform';

export function browserPlatform(): Platform {
  const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
  return {
    now: () => Date.now(),
    href: () => location.href,
    forgetLink: () => history.replaceState(null, '', withoutLink(location.href)),
    copy: async (text) => navigator.clipboard.writeText(text),
    isHidden: () => document.visibilityState === 'hidden',
    // A page that always listens is never kept for the way back.
    guardLeaving: (on) => {
      if (on) window.addEventListener('beforeunload', ask);
      else window.removeEventListener('beforeunload', ask);
    },
    notifications: {
      standing: () => {
        // Not in every browser, and on phones only where the page is installed.
        if (typeof Notification === 'undefined') return 'refused';
        const { permission } = Notification;
        if (permission === 'granted') return 'granted';
        return permission === 'denied' ? 'refused' : 'unasked';
      },
      ask: async () => {
        await Notification.requestPermission();
      },
      show: (title, body) => {
        try {
          const shown = new Notification(title, { body, icon: 'favicon.ico' });
          shown.onclick = () => window.focus();
        } catch {
          // Some have the class and refuse to make one: the notice on the page is there anyway.
        }
      },
    },
  };
}
