/** How the page asks: the browser follows redirects, as far as the page's policy lets it, and leaves the token behind there. */
import { ConfigError } from '../errors';
import { isToken } from '../hub/access';
import type { HubSession, Send, Unanswered } from '../hub/session';
import { PAGE_WORDING } from '../hub/wording';

const sendFromPage: Send = async ({ access: { endpoint, token }, signal }, address, headers) => {
  // What browsers do not let a page say is theirs to choose.
  const { 'accept-encoding': _, ...others } = headers;
  const isHub = address.origin === new URL(endpoint).origin;
  const answer = await fetch(address, {
    headers: { ...others, ...(token && isHub && { authorization: `Bearer ${token.value}` }) },
    // Checked by its hash, and kept elsewhere.
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal,
  }).catch((cause: unknown): Unanswered => ({ address, cause }));
  signal.throwIfAborted();
  return answer;
};

/** @throws ConfigError for a token that cannot be one */
export function pageSession(
  endpoint: string,
  typed: string,
  signal: AbortSignal,
  note: (text: string) => void,
): HubSession {
  const value = typed.trim();
  if (value !== '' && !isToken(value)) {
    throw new ConfigError(
      'The token has characters that no token has. Copy it again from the settings of your account.',
    );
  }
  return {
    access: {
      endpoint,
      token: value === '' ? undefined : { value, from: 'the field' },
      isOffline: false,
    },
    signal,
    wording: PAGE_WORDING,
    send: sendFromPage,
    note,
    wait: (seconds) => waiting(seconds, signal),
  };
}

function waiting(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
